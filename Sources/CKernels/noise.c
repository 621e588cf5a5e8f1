#include "noise.h"

#include <string.h>

#include "clones.h"
#include "elementary-inline.h"

enum { LANES = 16 };  // counters at a time; each gives four numbers

// The words of the counters first ... first + LANES - 1, each word's lanes beside each other.
INLINE void philox(uint32_t words[4][LANES], uint64_t first, uint64_t key, uint64_t stream) {
    uint32_t x0[LANES], x1[LANES], x2[LANES], x3[LANES];
    for (size_t l = 0; l < LANES; l++) {
        x0[l] = (uint32_t)(first + l);
        x1[l] = (uint32_t)((first + l) >> 32);
        x2[l] = (uint32_t)stream;
        x3[l] = (uint32_t)(stream >> 32);
    }
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
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
    for (size_t l = 0; l < LANES; l++) {
        words[0][l] = x0[l];
        words[1][l] = x1[l];
        words[2][l] = x2[l];
        words[3][l] = x3[l];
    }
}

// Two numbers from the normal distribution.
INLINE void normals(float *restrict one, float *restrict other, uint32_t radius, uint32_t angle) {
    const float u = (float)(int32_t)((radius >> 8) + 1) * 0x1p-24f;  // above 0, up to 1
    const float r = __builtin_elementwise_sqrt(-2.0f * log_of(u));
    // In quarters of a turn, less the nearest whole one: at most half a quarter is left.
    const uint32_t quarter = ((angle >> 29) + 1) >> 1;
    const float t = (float)((int32_t)(angle >> 8) - (int32_t)(quarter << 22)) * (1.57079633f * 0x1p-22f), s = t * t;
    float sine = 1.0f / 362880;
    sine = sine * s - 1.0f / 5040;
    sine = sine * s + 1.0f / 120;
    sine = sine * s - 1.0f / 6;
    sine = t + t * (s * sine);
    float cosine = 1.0f / 40320;
    cosine = cosine * s - 1.0f / 720;
    cosine = cosine * s + 1.0f / 24;
    cosine = cosine * s - 0.5f;
    cosine = 1.0f + s * cosine;
    // A quarter of a turn more makes (cosine, sine) to (-sine, cosine).
    const float x = (quarter & 1) ? -sine : cosine, y = (quarter & 1) ? cosine : sine;
    *one = r * ((quarter & 2) ? -x : x);
    *other = r * ((quarter & 2) ? -y : y);
}

CLONES void kernel_add_noise(float *restrict x, size_t count, float deviation, uint64_t key) {
    uint32_t words[4][LANES];
    float n[4 * LANES];
    uint64_t counter = 0;
    for (size_t i = 0; i < count; i += 4 * LANES, counter += LANES) {
        philox(words, counter, key, 0);
        for (size_t l = 0; l < LANES; l++) normals(n + l, n + LANES + l, words[0][l], words[1][l]);
        for (size_t l = 0; l < LANES; l++) normals(n + 2 * LANES + l, n + 3 * LANES + l, words[2][l], words[3][l]);
        const size_t left = count - i < 4 * LANES ? count - i : 4 * LANES;
        if (left == 4 * LANES) {
            for (size_t l = 0; l < 4 * LANES; l++) x[i + l] += deviation * n[l];
        } else {
            for (size_t l = 0; l < left; l++) x[i + l] += deviation * n[l];
        }
    }
}

CLONES void kernel_noise(float *restrict y, size_t count, uint64_t key, uint64_t stream, uint64_t counter) {
    const float scale = 0.0067658751f;  // a byte's variance is (256^2 - 1) / 12
    uint32_t words[4][LANES];
    float n[4 * LANES];
    for (size_t i = 0; i < count; i += 4 * LANES, counter += LANES) {
        philox(words, counter, key, stream);
        for (size_t w = 0; w < 4; w++)
            for (size_t l = 0; l < LANES; l++) {
                const uint32_t x = words[w][l];
                const int32_t sum = (int32_t)((x & 255) + (x >> 8 & 255) + (x >> 16 & 255) + (x >> 24));
                n[4 * l + w] = (float)(sum - 510) * scale;
            }
        const size_t left = count - i < 4 * LANES ? count - i : 4 * LANES;
        for (size_t l = 0; l < left; l++) y[i + l] = n[l];
    }
}

CLONES void kernel_dropout(float *restrict mask, size_t count, uint32_t limit, float kept, uint64_t key, uint64_t stream,
                           uint64_t counter) {
    enum { VALUES = 8 * LANES };
    uint32_t words[4][LANES], turned[4 * LANES];
    uint16_t draws[VALUES];
    float drawn[VALUES];
    for (size_t i = 0; i < count; i += VALUES, counter += LANES) {
        philox(words, counter, key, stream);
        for (size_t w = 0; w < 4; w++)
            for (size_t l = 0; l < LANES; l++) turned[4 * l + w] = words[w][l];
        memcpy(draws, turned, sizeof draws);  // a word's lower half first
        for (size_t v = 0; v < VALUES; v++) drawn[v] = draws[v] < limit ? 0 : kept;
        memcpy(mask + i, drawn, (count - i < VALUES ? count - i : VALUES) * sizeof(float));
    }
}
