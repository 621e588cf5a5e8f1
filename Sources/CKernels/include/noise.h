#pragma once

#include <stddef.h>
#include <stdint.h>

// x[i] += deviation * n[i], where the n are from the normal distribution and follow from the key alone: Philox4x32-10
// (Salmon et al. 2011) with the counters 0, 1, …, and Box and Muller's transform in single precision; none is beyond
// 5.8.
void kernel_add_noise(float *x, size_t count, float deviation, uint64_t key);

// Fills `y` with noise of mean 0 and deviation 1 that only has to look normal: four values from each block of
// Philox4x32-10 at `counter`, `counter` + 1 and so on, each the sum of a word's four bytes; none is beyond 3.451.
void kernel_noise(float *y, size_t count, uint64_t key, uint64_t stream, uint64_t counter);

// Fills `mask` with 0 where 16 random bits are below `limit`, and with `kept` elsewhere: eight values from each block
// of Philox4x32-10 at `counter`, `counter` + 1 and so on, of each of its words the lower half first.
void kernel_dropout(float *mask, size_t count, uint32_t limit, float kept, uint64_t key, uint64_t stream,
                    uint64_t counter);
