#pragma once

#include <stddef.h>

// y = x / |x|, the Euclidean norm; all zeros stay zeros. `y` may be `x`. Meanwhile fetches `next`, as long as `x`,
// towards the processor: samples are drawn at random from a dataset that no cache holds.
void kernel_normalise(float *y, const float *x, size_t count, const float *next);

// y[i] = x[count - 1 - i]; a half turn of a matrix. `y` is not `x`.
void kernel_reverse(float *y, const float *x, size_t count);

// A quarter turn against the clock: y is [columns, rows], y[i, j] = x[j, columns - 1 - i].
void kernel_quarter_turn(float *y, const float *x, size_t rows, size_t columns);

// The magnitudes of a two-dimensional Fourier transform from its four real products.
//
// `parts` is [2 * rows, 2 * half]: rows 0 ..< rows hold the cosine sums over rows, the others the sine sums; columns 0
// ..< half come from the real part of the transform over columns, the others from the imaginary part; half = columns /
// 2 + 1. `y` is [rows, columns]: the frequencies past `half` follow from the symmetry of a real input's transform.
void kernel_magnitudes(float *y, const float *parts, size_t rows, size_t columns, float scale);
