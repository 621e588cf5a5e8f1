#pragma once

#include <stddef.h>
#include <stdint.h>

// Preparation and augmentation of pressure maps, [rows, columns] each.

// y = max(x - baseline, 0), and then the median of every 3 x 3, edges repeated, where `despikes`. `scratch` has (rows +
// 2) * (columns + 2) + 3 * (columns + 2) floats.
void kernel_map_despike(float *y, const float *x, size_t rows, size_t columns, float baseline, int despikes, float *scratch);

// The value at `place`, from 0 to count - 1, among `count` values in ascending order, between two of them linearly.
// None is below 0.
float kernel_map_percentile(const float *x, size_t count, double place);

// x[i] = min(x[i], limit), and then its square root where `roots`.
void kernel_map_limit(float *x, size_t count, float limit, int roots);

// y[i, c] = the sum over k < taps of weights[i, k] * x[first[i] + k, c], in this order, for i < count.
void kernel_map_average_rows(float *y, const float *x, size_t count, size_t columns, const int32_t *first,
                             const float *weights, size_t taps);

// y[r, i] = the sum over k < taps of weights[i, k] * x[r, first[i] + k], in this order, for i < count.
void kernel_map_average_columns(float *y, const float *x, size_t rows, size_t columns, size_t count, const int32_t *first,
                                const float *weights, size_t taps);

// The sum of the squares, in double precision and a fixed order.
double kernel_map_energy(const float *x, size_t count);

// Moves a map so that the centre of its squared values comes to its middle: between four values linearly, 0 beyond the
// map. `x` is not below 0; `scratch` has 3 * columns + 2 floats.
void kernel_map_centre(float *y, const float *x, size_t rows, size_t columns, float *scratch);

// y[i, j] = x at row a[0] * i + a[1] * j + a[2] and column a[3] * i + a[4] * j + a[5]: between four values linearly, 0
// beyond the map. `padded` is x with a row and a column of zeros before, and two of each behind.
void kernel_map_warp(float *y, const float *padded, size_t rows, size_t columns, const float *a);

// x[i] = gain * (max(x[i], 0) + 1e-6) ^ exponent
void kernel_map_power(float *x, size_t count, float exponent, float gain);
