#include "bfloat16.h"

#include <string.h>

#include "clones.h"
#include "draws-inline.h"

static const uint32_t infinity = 0x7f800000u, magnitude_bits = 0x7fffffffu, upper = 0xffff0000u;

static inline uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// Adds `draw`, below 2^16, to a float's bits and cuts off the lower half. Magnitudes of neighbouring floats are
// neighbouring integers, so this is right across powers of two and down to zero.
static inline uint32_t rounded(uint32_t bits, uint32_t draw) {
    uint32_t magnitude = bits & magnitude_bits;
    uint32_t up = (bits + draw) & upper;
    up -= (up & magnitude_bits) >= infinity ? 0x10000u : 0;
    uint32_t special = (bits & upper) | (magnitude > infinity ? 0x400000u : 0);
    return magnitude < infinity ? up : special;
}

CLONES void kernel_bfloat16_round(float *x, size_t count, rounding_draws draws) {
    for (size_t i = 0; i < count; i++) x[i] = float_of(rounded(bits_of(x[i]), rounding_draw((uint32_t)i, draws)));
}

CLONES void kernel_bfloat16_round_copy(float *restrict copy, const float *restrict x, size_t count,
                                       rounding_draws draws) {
    for (size_t i = 0; i < count; i++) copy[i] = float_of(rounded(bits_of(x[i]), rounding_draw((uint32_t)i, draws)));
}

CLONES void kernel_bfloat16_add_round(float *restrict sum, const float *restrict x, size_t count,
                                      rounding_draws draws) {
    for (size_t i = 0; i < count; i++) sum[i] = float_of(rounded(bits_of(sum[i] + x[i]), rounding_draw((uint32_t)i, draws)));
}

CLONES void kernel_bfloat16_nearest(uint16_t *restrict halves, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = bits_of(x[i]);
        halves[i] = (uint16_t)(rounded(bits, 0x7fffu + ((bits >> 16) & 1)) >> 16);
    }
}

CLONES void kernel_bfloat16_pack(uint16_t *restrict halves, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) halves[i] = (uint16_t)(bits_of(x[i]) >> 16);
}

CLONES void kernel_bfloat16_unpack(float *restrict x, const void *restrict halves, size_t count) {
    const char *restrict bytes = halves;
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + 2 * i, sizeof half);
        x[i] = float_of((uint32_t)half << 16);
    }
}
