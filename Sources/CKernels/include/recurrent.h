// The element-wise halves of LSTM and GRU cells at one time step, forwards and backwards.
//
// Gates stand side by side in a row: [rows, gates * hidden]. `before` is the state that the step starts from, for the
// first `before_rows` rows; the others start from zero. `later_rows` rows have a gradient that came back from the step
// computed after this one; for the others it is zero. `nothing` points to at least 3 * hidden zeros. A `…_row` is the
// floats from one row to the next, where that is not the row's own width.
#pragma once

#include <stddef.h>

// Gates i, f, g, o. In: `gates` is x Wx + h Wh. Out: the gates after their activations, with
//   i = logistic(.), f = logistic(.), g = tanh(.), o = logistic(.) of gates + bias
//   cell = f before + i g, cell_tanh = tanh(cell), output = o cell_tanh
void kernel_lstm_forward(float *gates, const float *bias, const float *before, size_t before_rows,
                         const float *nothing, float *cell, float *cell_tanh, float *output, size_t output_row,
                         size_t rows, size_t hidden);

// In: `gates` as the forward pass left them, `cell_gradient` the later step's. Out: `gates` holds the gradient at the
// gates before their activations, `cell_gradient` the gradient at `before`.
void kernel_lstm_backward(float *gates, const float *before, size_t before_rows, const float *nothing,
                          const float *cell_tanh, const float *output_gradient, size_t output_row,
                          const float *state_gradient, float *cell_gradient, size_t later_rows, size_t rows,
                          size_t hidden);

// Gates r, z, n. In: `gates` is x Wx, the first `before_rows` rows of `recurrent` are h Wh. Out: the gates after their
// activations, and `recurrent`'s last third for every row with its bias, with
//   r = logistic(.), z = logistic(.) of gates + bias + recurrent
//   n = tanh(gates + bias + r (recurrent + recurrent_bias))
//   output = (1 - z) n + z before
void kernel_gru_forward(float *gates, const float *bias, float *recurrent, const float *recurrent_bias,
                        const float *before, size_t before_row, size_t before_rows, const float *nothing,
                        float *output, size_t output_row, size_t rows, size_t hidden);

// In: `gates` and `recurrent` as the forward pass left them, `state_gradient` the later step's. Out: `gates` and
// `recurrent` hold the gradients at x Wx + bias and at h Wh, `state_gradient` the part of the gradient at `before` that
// does not come through h Wh.
void kernel_gru_backward(float *gates, float *recurrent, const float *before, size_t before_row, size_t before_rows,
                         const float *nothing, const float *output_gradient, size_t output_row,
                         float *state_gradient, size_t later_rows, size_t rows, size_t hidden);

// sums[column] = x[0, column] + x[1, column] + … over `rows` rows that start `x_row` floats apart.
void kernel_sum_strided_rows(float *sums, const float *x, size_t x_row, size_t rows, size_t columns);

// product[i] = x[i] y[i]; `product` may be `x` or `y`, and else has no part of them.
void kernel_multiply(float *product, const float *x, const float *y, size_t count);

// The sum of x[i]^2, in double precision, always in the same order.
double kernel_sum_of_squares(const float *x, size_t count);
