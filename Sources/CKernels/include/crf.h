// One time step of a linear-chain conditional random field's recursions, in log space, over many sequences at once.
//
// A block of values for `lanes` sequences and K classes is [K, lanes]; its `…_lanes` is how many lanes it has, which
// may be more than a step takes. `transitions` is [K, K], from the row to the column.
#pragma once

#include <stddef.h>
#include <stdint.h>

// y is [columns, rows], x is [rows, columns].
void kernel_transpose(float *y, const float *x, size_t rows, size_t columns);

// alpha[j] = log sum over i of exp(before[i] + transitions[i, j]), + emissions[j], - shift, where shift[lane] is the
// largest over j before it is taken away. `before` null starts the chain: alpha[j] = first[j] + emissions[j] - shift.
void kernel_crf_forward(float *alpha, float *shift, const float *before, size_t before_lanes, const float *first,
                        const float *emissions, const float *transitions, size_t lanes, size_t classes);

// beta[i] = log sum over j of exp(transitions[i, j] + emissions[j] + after[j]), less the largest over i, for the first
// `after_lanes` lanes; the other lanes end here: beta[i] = last[i]. `emissions` and `after` are the next step's.
void kernel_crf_backward(float *beta, const float *after, const float *emissions, size_t after_lanes, const float *last,
                         const float *transitions, size_t lanes, size_t classes);

// probabilities[j] = exp(alpha[j] + beta[j]) / sum, and log_sum[lane] = log of that sum.
void kernel_crf_marginals(float *probabilities, float *log_sum, const float *alpha, const float *beta, size_t lanes,
                          size_t classes);

// sums[i, j] += the probability of class i at one step and j at the next, lane by lane; `sums` is [K, K, sums_lanes].
// `emissions`, `beta`, `shift` and `log_sum` are the next step's, whose lanes are taken; `alpha` is this step's.
void kernel_crf_pairs(float *sums, size_t sums_lanes, const float *alpha, size_t alpha_lanes, const float *emissions,
                      const float *beta, const float *shift, const float *log_sum, const float *transitions,
                      size_t lanes, size_t classes);

// best[j] = largest over i of before[i] + transitions[i, j], + emissions[j], less the largest over j; `choice[j]` is
// the lowest such i. `before` null starts the chain as in the forward recursion, and leaves `choice` alone.
void kernel_crf_best(float *best, int32_t *choice, const float *before, size_t before_lanes, const float *first,
                     const float *emissions, const float *transitions, size_t lanes, size_t classes);

// sums[row] = x[row, 0] + x[row, 1] + …
void kernel_sum_columns(float *sums, const float *x, size_t rows, size_t columns);
