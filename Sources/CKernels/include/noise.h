#pragma once

#include <stddef.h>
#include <stdint.h>

// x[i] += deviation * n[i], where the n are from the normal distribution and follow from the key alone: Philox4x32-10
// (Salmon et al. 2011) with the counters 0, 1, …, and Box and Muller's transform in single precision; none is beyond
// 5.8.
void kernel_add_noise(float *x, size_t count, float deviation, uint64_t key);
