#include "elementwise.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

#include "clones.h"

// A float without its sign, which sorts as these bits do; from `not_finite` on it is infinite or not a number.
static inline uint32_t size_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x7fffffffu;
}

static const uint32_t not_finite = 0x7f800000u;

// As many floats as a cache keeps together, anywhere and where such a line of it begins.
enum { LINE = 16 };
typedef float line __attribute__((ext_vector_type(LINE), aligned(4)));
typedef float whole_line __attribute__((ext_vector_type(LINE)));

// Whoever hears of anything after this finds what was stored past the caches before it.
static inline void pass_on(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

CLONES void kernel_add(float *restrict sum, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) sum[i] += x[i];
}

CLONES bool kernel_add_finite(float *restrict sum, const float *restrict x, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        sum[i] += x[i];
        const uint32_t size = size_of(sum[i]);
        largest = size > largest ? size : largest;
    }
    return largest < not_finite;
}

CLONES void kernel_add_bias(float *restrict y, const float *restrict bias, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++, y += columns)
        for (size_t c = 0; c < columns; c++) y[c] += bias[c];
}

CLONES void kernel_add_bias_relu(float *restrict y, const float *restrict bias, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++, y += columns)
        for (size_t c = 0; c < columns; c++) {
            float v = y[c] + bias[c];
            y[c] = v <= 0 ? 0 : v;
        }
}

CLONES void kernel_relu_backward(float *restrict dy, const float *restrict activation, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float d = dy[i];  // loaded in any case, so that the loop needs no masked loads
        dy[i] = activation[i] <= 0 ? 0 : d;
    }
}

CLONES void kernel_add_rows(float *restrict sums, const float *restrict x, size_t rows, size_t columns, bool adds) {
    if (!adds) memset(sums, 0, columns * sizeof(float));
    for (size_t r = 0; r < rows; r++, x += columns)
        for (size_t c = 0; c < columns; c++) sums[c] += x[c];
}

void kernel_sum_rows(float *sums, const float *x, size_t rows, size_t columns) { kernel_add_rows(sums, x, rows, columns, false); }

CLONES void kernel_scale(float *x, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

CLONES bool kernel_all_at_most(const float *x, size_t count, float limit) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t size = size_of(x[i]);
        largest = size > largest ? size : largest;
    }
    return largest <= size_of(limit);
}

bool kernel_all_finite(const float *x, size_t count) { return kernel_all_at_most(x, count, FLT_MAX); }

// Element i's update of Adam, or that of the vector of them that begins there.
#define ADAM_STEP(TYPE, i, STORE)                                                                                 \
    do {                                                                                                          \
        const TYPE g = *(const TYPE *)(gradient + (i));                                                           \
        const TYPE first = beta1 * *(const TYPE *)(m + (i)) + rest1 * g;                                          \
        const TYPE second = beta2 * *(const TYPE *)(v + (i)) + rest2 * (g * g);                                   \
        *(TYPE *)(m + (i)) = first;                                                                               \
        *(TYPE *)(v + (i)) = second;                                                                              \
        STORE(updated + (i), *(const TYPE *)(parameters + (i)) -                                                  \
                                 rate * (first * m_scale) / (__builtin_elementwise_sqrt(second * v_scale) + epsilon)); \
    } while (0)
#define STORE_KEPT(place, value) *(place) = (value)
#define STORE_PASSED_ON(place, value) __builtin_nontemporal_store(value, (whole_line *)(place))

CLONES void kernel_adam(float *updated, const float *parameters, float *restrict m, float *restrict v,
                        const float *restrict gradient, size_t count, float rate, float beta1, float beta2,
                        float epsilon, float m_scale, float v_scale, bool passes_on) {
    const float rest1 = 1 - beta1, rest2 = 1 - beta2;
    size_t i = 0;
    if (passes_on) {
        for (; i < count && (uintptr_t)(updated + i) % sizeof(line) != 0; i++) ADAM_STEP(float, i, STORE_KEPT);
        for (; i + LINE <= count; i += LINE) ADAM_STEP(line, i, STORE_PASSED_ON);
        pass_on();
    }
    ELEMENTWISE
    for (; i < count; i++) ADAM_STEP(float, i, STORE_KEPT);
}

CLONES void kernel_standardise(float *restrict y, const float *restrict x, const float *restrict means,
                               const float *restrict factors, float limit, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float v = (x[i] - means[i]) * factors[i];
        y[i] = v < -limit ? -limit : v > limit ? limit : v;
    }
}

CLONES void kernel_subtract(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = a[i] - b[i];
}

CLONES void kernel_add_scaled(float *y, const float *x, const float *restrict change, float factor, size_t count) {
    ELEMENTWISE
    for (size_t i = 0; i < count; i++) y[i] = x[i] + factor * change[i];
}

CLONES void kernel_add_scaled_above_zero(float *y, const float *x, const float *restrict change, float factor,
                                         size_t count) {
    ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
        const float v = x[i] + factor * change[i];
        y[i] = v <= 0 ? 0 : v;
    }
}

CLONES void kernel_nesterov(float *y, const float *x, float *restrict velocity, const float *restrict change,
                            float factor, float rate, float momentum, size_t count) {
    ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
        const float mean = factor * change[i];
        const float v = momentum * velocity[i] + mean;
        velocity[i] = v;
        y[i] = x[i] + rate * (mean + momentum * v);
    }
}
