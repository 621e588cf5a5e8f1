// What is done to windows of signals, a channel at a time.
#pragma once

#include <stddef.h>

// y[i] = x[i] divided by the mean of all |x[i]|, at most `limit` from 0; all 0 where that mean is below 1e-30.
void kernel_unit_level(float *y, const float *x, size_t count, float limit);

// y[i] = gain * x[i] + deviation * noise[i]
void kernel_gain_and_noise(float *y, const float *x, const float *noise, size_t count, float gain, float deviation);
