// Noise that costs little: what is drawn by the million and only has to look normal.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Fills `y` with noise of mean 0 and deviation 1: four values from each block of Philox4x32-10 at `counter`,
// `counter` + 1 and so on, each the sum of a word's four bytes. Sums have a bell's shape and stay within 3.451.
void kernel_noise(float *y, size_t count, uint64_t seed, uint64_t stream, uint64_t counter);
