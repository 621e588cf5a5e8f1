#include "waves.h"

#include "clones.h"

CLONES void kernel_interleave(float *restrict y, const float *restrict x, size_t channels, size_t times) {
    if (channels == 3) {  // a number that the compiler knows becomes shuffles
        for (size_t t = 0; t < times; t++)
            for (size_t c = 0; c < 3; c++) y[t * 3 + c] = x[c * times + t];
        return;
    }
    for (size_t c = 0; c < channels; c++)
        for (size_t t = 0; t < times; t++) y[t * channels + c] = x[c * times + t];
}

CLONES void kernel_mean_and_largest(float *restrict features, unsigned *restrict which, const float *restrict y, size_t times,
                                    size_t channels) {
    float *mean = features, *largest = features + channels;
    for (size_t c = 0; c < channels; c++) {
        mean[c] = largest[c] = y[c];
        which[c] = 0;
    }
    for (size_t t = 1; t < times; t++)
        for (size_t c = 0; c < channels; c++) {
            const float v = y[t * channels + c], best = largest[c];
            const int larger = (v > best) | (v != v);
            mean[c] += v;
            largest[c] = larger ? v : best;
            which[c] = larger ? (unsigned)t : which[c];
        }
    const float share = 1 / (float)times;
    for (size_t c = 0; c < channels; c++) mean[c] *= share;
}

CLONES void kernel_mean_and_largest_backward(float *restrict dy, const float *restrict d_features, const unsigned *restrict which,
                                             const float *restrict y, size_t times, size_t channels) {
    const float share = 1 / (float)times;
    for (size_t t = 0; t < times; t++)
        for (size_t c = 0; c < channels; c++) {
            const float mean = share * d_features[c], largest = d_features[channels + c];
            const float sum = mean + (which[c] == t ? largest : 0);
            dy[t * channels + c] = y[t * channels + c] <= 0 ? 0 : sum;
        }
}
