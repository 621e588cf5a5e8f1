#pragma once

#include <stddef.h>
#include <stdint.h>

// Text is looked at in blocks of this many bytes: as many must be readable after the text's end, whatever they are.
#define TEXT_BLOCK_BYTES 64
// This many bytes before the text must be readable; the last of them is no digit.
#define TEXT_BYTES_BEFORE 4

// Reads plain whole numbers of one to four digits. Each ends at a blank (space, tab, carriage return) or a newline;
// blanks before it are passed over.
//
// Stops behind the `count`-th number, and before whatever is no such number: a newline, a sign, a point, a fifth digit.
// The byte at `end` counts as such a thing, so a number that ends there is not read. Moves `*text` behind the last
// number read, to the blank or newline that ends it, and returns how many were read. Values beyond those, up to
// `count`, are spoilt.
size_t kernel_read_counts(float *values, size_t count, const uint8_t **text, const uint8_t *end);

// How many of `count` bytes are `wanted`.
size_t kernel_count_bytes(const uint8_t *bytes, size_t count, uint8_t wanted);
