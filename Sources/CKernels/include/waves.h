// What a convolution over time does beside its products: values lie channel by channel within a time, times one after
// another.
#pragma once

#include <stddef.h>

// y [times, channels] from x [channels, times].
void kernel_interleave(float *y, const float *x, size_t channels, size_t times);

// Of y [times, channels] each channel's mean and its largest value: `features` [2, channels], the means first. `which`
// [channels] has the time of the largest, the first of equals. What is no number stays none.
void kernel_mean_and_largest(float *features, unsigned *which, const float *y, size_t times, size_t channels);

// The gradient at what ReLU made `y` of, from that at `features`, as `kernel_mean_and_largest` has them.
void kernel_mean_and_largest_backward(float *dy, const float *d_features, const unsigned *which, const float *y, size_t times,
                                      size_t channels);
