#include "convolution.h"

#include "clones.h"

// One window's largest values, of `count` pixels; a number that the compiler knows, so that all stay in registers.
static inline __attribute__((always_inline)) void pool_window(float *restrict out, unsigned *restrict which,
                                                              const float *restrict x, const size_t *pixel, size_t count,
                                                              const float *restrict bias, size_t channels) {
    for (size_t c = 0; c < channels; c++) {
        float best = x[c];
        unsigned at = 0;
        for (unsigned p = 1; p < count; p++) {
            const float v = x[pixel[p] + c];
            const int larger = (v > best) | (v != v);
            best = larger ? v : best;
            at = larger ? p : at;
        }
        best += bias[c];
        out[c] = best <= 0 ? 0 : best;
        which[c] = best <= 0 ? (unsigned)count : at;
    }
}

CLONES void kernel_pool(float *restrict y, size_t y_row, unsigned *restrict which, const float *restrict x,
                        const float *restrict bias, size_t rows, size_t columns, size_t channels, size_t tall, size_t wide) {
    const size_t x_row = columns * channels;
    const size_t pixel[4] = {0, wide == 2 ? channels : x_row, x_row, x_row + channels};
    for (size_t i = 0; i < rows / tall; i++)
        for (size_t j = 0; j < columns / wide; j++, which += channels) {
            const float *window = x + i * tall * x_row + j * wide * channels;
            float *out = y + i * y_row + j * channels;
            if (tall * wide == 4)
                pool_window(out, which, window, pixel, 4, bias, channels);
            else if (tall * wide == 2)
                pool_window(out, which, window, pixel, 2, bias, channels);
            else
                pool_window(out, which, window, pixel, 1, bias, channels);
        }
}

CLONES void kernel_pool_backward(float *restrict dx, size_t dx_row, const float *restrict dy, size_t dy_row,
                                 const unsigned *restrict which, size_t rows, size_t columns, size_t channels, size_t tall,
                                 size_t wide) {
    for (size_t i = 0; i < rows / tall; i++)
        for (size_t j = 0; j < columns / wide; j++, which += channels) {
            const float *gradient = dy + i * dy_row + j * channels;
            for (unsigned p = 0; p < tall * wide; p++) {
                float *pixel = dx + (i * tall + p / wide) * dx_row + (j * wide + p % wide) * channels;
                for (size_t c = 0; c < channels; c++) {
                    const float g = gradient[c];  // loaded in any case, so that the loop needs no masked loads
                    pixel[c] = which[c] == p ? g : 0;
                }
            }
        }
}
