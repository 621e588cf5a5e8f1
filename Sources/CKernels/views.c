#include "views.h"

#include "clones.h"

// Sixteen partial sums in a fixed order: the same bits however wide the processor is.
enum { LANES = 16 };

CLONES void kernel_normalise(float *y, const float *x, size_t count, const float *next) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __builtin_prefetch(next + i);
        for (size_t l = 0; l < LANES; l++) lanes[l] += x[i + l] * x[i + l];
    }
    float sum = 0;
    for (; i < count; i++) sum += x[i] * x[i];
    for (size_t l = 0; l < LANES; l++) sum += lanes[l];
    if (sum > 1e-30f && sum < 1e30f) {
        const float factor = 1 / __builtin_elementwise_sqrt(sum);
        for (i = 0; i < count; i++) y[i] = x[i] * factor;
        return;
    }
    // Squares of such values leave the range of a float: in double they don't.
    double wide = 0;
    for (i = 0; i < count; i++) wide += (double)x[i] * x[i];
    const double divisor = wide > 0 ? __builtin_elementwise_sqrt(wide) : 1;
    for (i = 0; i < count; i++) y[i] = (float)(x[i] / divisor);
}

CLONES void kernel_reverse(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = x[count - 1 - i];
}

CLONES void kernel_quarter_turn(float *restrict y, const float *restrict x, size_t rows, size_t columns) {
    for (size_t i = 0; i < columns; i++, y += rows)
        for (size_t j = 0; j < rows; j++) y[j] = x[j * columns + (columns - 1 - i)];
}

CLONES void kernel_magnitudes(float *restrict y, const float *restrict parts, size_t rows, size_t columns, float scale) {
    const size_t half = columns / 2 + 1;
    for (size_t k = 0; k < rows; k++) {
        const float *cosines = parts + k * 2 * half, *sines = parts + (rows + k) * 2 * half;
        for (size_t f = 0; f < half; f++) {
            float real = cosines[f] + sines[half + f], imaginary = cosines[half + f] - sines[f];
            y[k * columns + f] = scale * __builtin_elementwise_sqrt(real * real + imaginary * imaginary);
        }
    }
    for (size_t k = 0; k < rows; k++) {
        const float *mirrored = y + (k == 0 ? 0 : rows - k) * columns;
        for (size_t f = half; f < columns; f++) y[k * columns + f] = mirrored[columns - f];
    }
}
