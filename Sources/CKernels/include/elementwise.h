#pragma once

#include <stdbool.h>
#include <stddef.h>

// sum[i] += x[i]
void kernel_add(float *sum, const float *x, size_t count);

// sum[i] += x[i]; whether no sum is infinite or not a number.
bool kernel_add_finite(float *sum, const float *x, size_t count);

// y[row, column] += bias[column]; `y` is [rows, columns].
void kernel_add_bias(float *y, const float *bias, size_t rows, size_t columns);

// y[row, column] = max(0, y[row, column] + bias[column]); what is no number stays none.
void kernel_add_bias_relu(float *y, const float *bias, size_t rows, size_t columns);

// dy[i] = activation[i] <= 0 ? 0 : dy[i]; where the activation is no number, dy stays.
void kernel_relu_backward(float *dy, const float *activation, size_t count);

// sums[column] = x[0, column] + x[1, column] + … in this order.
void kernel_sum_rows(float *sums, const float *x, size_t rows, size_t columns);

// As `kernel_sum_rows`, from what is in `sums` on where `adds`.
void kernel_add_rows(float *sums, const float *x, size_t rows, size_t columns, bool adds);

// x[i] *= factor
void kernel_scale(float *x, float factor, size_t count);

// Whether no value is further from 0 than `limit`, which is finite and not negative, or not a number.
bool kernel_all_at_most(const float *x, size_t count, float limit);

// Whether no value is infinite or not a number.
bool kernel_all_finite(const float *x, size_t count);

// One Adam update. `m_scale` is 1 / (1 - beta1^t) and `v_scale` is 1 / (1 - beta2^t). `updated` may be `parameters`,
// and else has no part of it. With `passes_on` the result goes past this processor's caches, which then need not fetch
// what is written over: for results that other processors read next. The bits are the same.
void kernel_adam(float *updated, const float *parameters, float *m, float *v, const float *gradient, size_t count,
                 float rate, float beta1, float beta2, float epsilon, float m_scale, float v_scale, bool passes_on);

// y[i] = (x[i] - means[i]) * factors[i], but none further from 0 than `limit`; what is no number stays none.
void kernel_standardise(float *y, const float *x, const float *means, const float *factors, float limit, size_t count);

// y[i] = a[i] - b[i]
void kernel_subtract(float *y, const float *a, const float *b, size_t count);

// y[i] = x[i] + factor * change[i]; `y` may be `x`, and else has no part of it.
void kernel_add_scaled(float *y, const float *x, const float *change, float factor, size_t count);

// y[i] = max(0, x[i] + factor * change[i]); what is no number stays none. `y` may be `x`, and else has no part
// of it.
void kernel_add_scaled_above_zero(float *y, const float *x, const float *change, float factor, size_t count);

// Nesterov's step over a mean change d = factor * change[i]: velocity[i] = momentum * velocity[i] + d, and
// y[i] = x[i] + rate * (d + momentum * velocity[i]). `y` may be `x`, and else has no part of it.
void kernel_nesterov(float *y, const float *x, float *velocity, const float *change, float factor, float rate,
                     float momentum, size_t count);
