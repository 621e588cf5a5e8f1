#include "elementary.h"

#include "clones.h"
#include "elementary-inline.h"

CLONES void kernel_exp(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = exp_of(x[i]);
}

CLONES void kernel_log(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = log_of(x[i]);
}

CLONES void kernel_logistic(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = logistic_of(x[i]);
}

CLONES void kernel_tanh(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = tanh_of(x[i]);
}
