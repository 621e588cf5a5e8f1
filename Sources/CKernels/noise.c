#include "noise.h"

#include "clones.h"

// Blocks that are drawn side by side.
enum { LANES = 16 };

// Philox4x32-10 at LANES counters from `counter` on; see CounterGenerator.
static inline __attribute__((always_inline)) void draw(uint32_t words[4][LANES], uint64_t seed, uint64_t stream,
                                                       uint64_t counter) {
    uint32_t *x0 = words[0], *x1 = words[1], *x2 = words[2], *x3 = words[3];
    for (size_t l = 0; l < LANES; l++) {
        x0[l] = (uint32_t)(counter + l);
        x1[l] = (uint32_t)((counter + l) >> 32);
        x2[l] = (uint32_t)stream;
        x3[l] = (uint32_t)(stream >> 32);
    }
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        for (size_t l = 0; l < LANES; l++) {
            const uint64_t a = (uint64_t)0xD2511F53u * x0[l], b = (uint64_t)0xCD9E8D57u * x2[l];
            x0[l] = (uint32_t)(b >> 32) ^ x1[l] ^ k0;
            x1[l] = (uint32_t)b;
            x2[l] = (uint32_t)(a >> 32) ^ x3[l] ^ k1;
            x3[l] = (uint32_t)a;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

CLONES void kernel_noise(float *restrict y, size_t count, uint64_t seed, uint64_t stream, uint64_t counter) {
    // A byte's variance is (256^2 - 1) / 12.
    const float scale = 0.0067658751f;
    for (size_t i = 0; i < count; i += 4 * LANES, counter += LANES) {
        uint32_t words[4][LANES];
        float values[4 * LANES];
        draw(words, seed, stream, counter);
        for (size_t w = 0; w < 4; w++)
            for (size_t l = 0; l < LANES; l++) {
                const uint32_t x = words[w][l];
                const int32_t sum = (int32_t)((x & 255) + (x >> 8 & 255) + (x >> 16 & 255) + (x >> 24));
                values[4 * l + w] = (float)(sum - 510) * scale;
            }
        const size_t left = count - i < 4 * LANES ? count - i : 4 * LANES;
        for (size_t v = 0; v < left; v++) y[i + v] = values[v];
    }
}
