// What a convolutional layer does beside its products: values lie channel by channel within a pixel, pixels row by row.
#pragma once

#include <stddef.h>

// Adds the bias, takes the largest of each window of `tall` x `wide` pixels, and 0 for what is below.
//
// Windows are one or two pixels tall and wide. `x` is [rows, columns, channels]; `y` [rows / tall, columns / wide,
// channels] has `y_row` floats from one row to the next. `which` has a number a value of `y`: which pixel of the window
// it was, the first of equals; `tall` * `wide` where the value is 0 for a sum that is not above. What is no number
// stays none.
void kernel_pool(float *y, size_t y_row, unsigned *which, const float *x, const float *bias, size_t rows, size_t columns,
                 size_t channels, size_t tall, size_t wide);

// The gradient at `x` from that at `y`, as `kernel_pool` has them but for `dx_row` and `dy_row`, the floats from one
// row to the next; pixels outside of whole windows are left alone.
void kernel_pool_backward(float *dx, size_t dx_row, const float *dy, size_t dy_row, const unsigned *which, size_t rows,
                          size_t columns, size_t channels, size_t tall, size_t wide);
