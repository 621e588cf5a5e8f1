#pragma once

#include <stddef.h>
#include <stdint.h>

#include "draws.h"

// Values of 8 bits: whole numbers from -127 to 127 times a power of two, one for each `kernel_byte_block` values.
//
// The power is the smallest for which the block's largest magnitude has a whole number, so values that are such
// already, whatever power they were made with, are kept as they are. No rounding makes a finite value
// infinite. A block with a value that is infinite or not a number is left as it is by the roundings; there is no byte
// for such values.
enum { kernel_byte_block = 256 };

// The bytes that `count` values take: a byte for each, and one for each block's power.
size_t kernel_byte_size(size_t count);

// x[i] becomes a value of 8 bits by chance.
void kernel_byte_round(float *x, size_t count, rounding_draws draws);

// sum[i] = sum[i] + x[i], added as float32, as a value of 8 bits by chance.
void kernel_byte_add_round(float *sum, const float *x, size_t count, rounding_draws draws);

// The bytes of values that were rounded before: each block's power's exponent plus 128, then its whole numbers.
void kernel_byte_pack(uint8_t *bytes, const float *x, size_t count);

// x[i] = the value in these bytes, which need no alignment.
void kernel_byte_unpack(float *x, const uint8_t *bytes, size_t count);
