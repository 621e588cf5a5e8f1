#pragma once

#include <stddef.h>
#include <stdint.h>

#include "draws.h"

// A bfloat16 is the upper half of a float32: its sign, its exponent and seven bits of its fraction.
//
// No rounding here makes a finite value infinite (beyond the largest bfloat16, 3.39e38, it gives that one), makes an
// infinite value finite, or makes a number of what is none. Values below the smallest normal one are rounded like all
// others.

// x[i] becomes a bfloat16 by chance.
void kernel_bfloat16_round(float *x, size_t count, rounding_draws draws);

// rounded[i] = x[i] as a bfloat16 by chance.
void kernel_bfloat16_round_copy(float *rounded, const float *x, size_t count, rounding_draws draws);

// sum[i] = sum[i] + x[i], added as float32, as a bfloat16 by chance.
void kernel_bfloat16_add_round(float *sum, const float *x, size_t count, rounding_draws draws);

// halves[i] = the bfloat16 nearest to x[i]; of two, the one whose last bit is 0.
void kernel_bfloat16_nearest(uint16_t *halves, const float *x, size_t count);

// halves[i] = the upper half of x[i]: all of it, where x[i] was rounded before.
void kernel_bfloat16_pack(uint16_t *halves, const float *x, size_t count);

// x[i] = halves[i]; the `count` bfloat16 values need no alignment.
void kernel_bfloat16_unpack(float *x, const void *halves, size_t count);
