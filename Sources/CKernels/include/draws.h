#pragma once

#include <stdint.h>

// Which draws a rounding by chance takes: value `i` gets 16 bits that are a function of the two keys and of `i`, plus
// `turn`, modulo 2^16. A value is rounded away from the nearest value below (in magnitude, for bfloat16) with the
// probability that is its distance from it.
typedef struct {
    uint32_t key0, key1, turn;
} rounding_draws;

// What is added to the first key for each place: values that begin at place n of a vector are rounded with n times this
// added to that key, modulo 2^32.
static const uint32_t rounding_draw_stride = 0x9e3779b9u;
