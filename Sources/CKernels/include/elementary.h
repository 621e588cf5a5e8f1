// The elementary functions that recurrent cells and the conditional random field are made of, over whole arrays.
#pragma once

#include <stddef.h>

// y[i] = e^x[i], to 1.5e-7 of the result for x in -87 … 88; x is taken as the nearer end beyond.
void kernel_exp(float *y, const float *x, size_t count);

// y[i] = log x[i], to 1.5e-7 of the result or 1e-7, whichever is larger; x above 0 and not subnormal. What is no finite
// number has none.
void kernel_log(float *y, const float *x, size_t count);

// y[i] = 1 / (1 + e^-x[i]), to 1.2e-7; x below -88 gives that of -88.
void kernel_logistic(float *y, const float *x, size_t count);

// y[i] = tanh x[i], to 2.5e-7 of the result.
void kernel_tanh(float *y, const float *x, size_t count);

// e^x in double precision, to 4e-16 of the result for x in -708 … 709; x is taken as the nearer end beyond.
double kernel_exp_double(double x);

// log x in double precision, to 4e-16 of the result; x above 0 and not subnormal. What is no finite number has none.
double kernel_log_double(double x);

// Each row of logits, [rows, classes], as probabilities and their logarithms: logs = x - log sum exp x, from the row's
// largest value down, so that no exponential overflows; probabilities = exp(x) / sum exp x. In double precision.
void kernel_log_softmax(double *logs, double *probabilities, const float *logits, size_t rows, size_t classes);
