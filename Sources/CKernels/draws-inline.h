// The draws of roundings by chance.
#pragma once

#include "draws.h"

// 16 random bits: two rounds of multiplying by an odd number and adding the upper half to the lower (the constants are
// those of C. Wellons' lowbias32, found by search), with a key before each.
static inline uint32_t rounding_draw(uint32_t i, rounding_draws draws) {
    uint32_t x = i * rounding_draw_stride + draws.key0;
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= draws.key1;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return ((x >> 16) + draws.turn) & 0xffffu;
}

