#include "windows.h"

#include <string.h>

#include "clones.h"

// Sixteen partial sums in a fixed order: the same bits however wide the processor is.
enum { LANES = 16 };

CLONES void kernel_unit_level(float *restrict y, const float *restrict x, size_t count, float limit) {
    double lanes[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t l = 0; l < LANES; l++) lanes[l] += __builtin_elementwise_abs(x[i + l]);
    for (; i < count; i++) sum += __builtin_elementwise_abs(x[i]);
    for (size_t l = 0; l < LANES; l++) sum += lanes[l];
    const double mean = sum / (double)count;
    if (mean < 1e-30) {
        memset(y, 0, count * sizeof(float));
        return;
    }
    const float factor = (float)(1 / mean);
    for (i = 0; i < count; i++) {
        const float v = x[i] * factor, below = v > limit ? limit : v;
        y[i] = below < -limit ? -limit : below;
    }
}

CLONES void kernel_gain_and_noise(float *restrict y, const float *restrict x, const float *restrict noise, size_t count,
                                  float gain, float deviation) {
    for (size_t i = 0; i < count; i++) y[i] = gain * x[i] + deviation * noise[i];
}
