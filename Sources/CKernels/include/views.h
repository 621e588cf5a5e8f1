#pragma once

#include <stddef.h>

// y = x / |x|, the Euclidean norm; all zeros stay zeros. `y` may be `x`. Meanwhile fetches `next`, as long as `x`,
// towards the processor: samples are drawn at random from a dataset that no cache holds.
void kernel_normalise(float *y, const float *x, size_t count, const float *next);

// y[i] = x[count - 1 - i]; a half turn of a matrix. `y` is not `x`.
void kernel_reverse(float *y, const float *x, size_t count);

// A quarter turn against the clock: y is [columns, rows], y[i, j] = x[j, columns - 1 - i].
void kernel_quarter_turn(float *y, const float *x, size_t rows, size_t columns);

// The parts of a matrix [rows, columns] that stay and that change their sign where its rows are read backwards from the
// first one: even[0] is x[0], even[r] is x[r] + x[rows - r], and where there is a row in the middle that row, rows / 2
// + 1 in all; odd[r - 1] is x[r] - x[rows - r], (rows - 1) / 2 in all.
void kernel_fold_rows(float *even, float *odd, const float *x, size_t rows, size_t columns);

// The magnitudes of a real matrix's two-dimensional Fourier transform, `y` [rows, columns].
//
// `cosines` and `sines` are the sums over rows, [rows / 2 + 1, 2 * width], of the even parts with cosines and the odd
// ones with sines; sines of 0 and half a turn are zeros. Columns 0 ..< width come from the real part of the transform
// over columns, the others from the imaginary part; of both the first columns / 2 + 1 count, and the other frequencies
// follow from the symmetry of a real input's transform. `width` is a multiple of 16.
void kernel_magnitudes(float *y, const float *cosines, const float *sines, size_t rows, size_t columns, size_t width,
                       float scale);
