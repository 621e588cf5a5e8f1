#include "views.h"

#include <string.h>

#include "clones.h"

// Sixteen partial sums in a fixed order: the same bits however wide the processor is.
enum { LANES = 16 };

CLONES void kernel_normalise(float *y, const float *x, size_t count, const float *next) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __builtin_prefetch(next + i, 0, 2);  // the nearest cache would wait for it
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

CLONES void kernel_fold_rows(float *restrict even, float *restrict odd, const float *restrict x, size_t rows,
                             size_t columns) {
    memcpy(even, x, columns * sizeof(float));
    for (size_t r = 1; 2 * r < rows; r++, odd += columns) {
        const float *one = x + r * columns, *other = x + (rows - r) * columns;
        for (size_t c = 0; c < columns; c++) {
            even[r * columns + c] = one[c] + other[c];
            odd[c] = one[c] - other[c];
        }
    }
    if (rows % 2 == 0) memcpy(even + rows / 2 * columns, x + rows / 2 * columns, columns * sizeof(float));
}

CLONES void kernel_magnitudes(float *restrict y, const float *restrict cosines, const float *restrict sines, size_t rows,
                              size_t columns, size_t width, float scale) {
    const size_t half = columns / 2 + 1;
    for (size_t k = 0; k <= rows / 2; k++, cosines += 2 * width, sines += 2 * width) {
        float *one = y + k * columns, *other = y + (k == 0 ? 0 : rows - k) * columns;
        for (size_t f = 0; f < half; f += LANES) {
            float of_one[LANES], of_other[LANES];
            for (size_t l = 0; l < LANES; l++) {
                const float even = cosines[f + l], odd = sines[width + f + l];
                const float even_imaginary = cosines[width + f + l], odd_imaginary = sines[f + l];
                const float real = even + odd, imaginary = even_imaginary - odd_imaginary;
                const float mirrored_real = even - odd, mirrored = even_imaginary + odd_imaginary;
                of_one[l] = scale * __builtin_elementwise_sqrt(real * real + imaginary * imaginary);
                of_other[l] = scale * __builtin_elementwise_sqrt(mirrored_real * mirrored_real + mirrored * mirrored);
            }
            const size_t count = half - f < LANES ? half - f : LANES;
            for (size_t l = 0; l < count; l++) {
                one[f + l] = of_one[l];
                other[f + l] = of_other[l];
            }
            // A real input's transform is the same, but for its sign, where both frequencies are turned round.
            for (size_t l = f == 0; l < count; l++) {
                other[columns - f - l] = of_one[l];
                one[columns - f - l] = of_other[l];
            }
        }
    }
}
