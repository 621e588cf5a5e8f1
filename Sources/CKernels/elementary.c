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

double kernel_exp_double(double x) { return exp_of_double(x); }

double kernel_log_double(double x) { return log_of_double(x); }

enum { LANES = 8 };  // rows worked on together

INLINE void log_softmax_rows(double *restrict log, double *restrict probability, const float *restrict row,
                             size_t count, size_t classes) {
    double largest[LANES] = {0}, sum[LANES] = {0}, x[LANES] = {0};
    for (size_t l = 0; l < count; l++) largest[l] = row[l * classes];
    for (size_t c = 1; c < classes; c++)
        for (size_t l = 0; l < count; l++) {
            const double value = row[l * classes + c];
            largest[l] = value > largest[l] ? value : largest[l];
        }
    for (size_t c = 0; c < classes; c++) {
        for (size_t l = 0; l < count; l++) x[l] = row[l * classes + c] - largest[l];
        for (size_t l = 0; l < LANES; l++) {
            x[l] = exp_of_double(x[l]);
            sum[l] += x[l];
        }
        for (size_t l = 0; l < count; l++) probability[l * classes + c] = x[l];
    }
    for (size_t l = 0; l < LANES; l++) x[l] = largest[l] + log_of_double(sum[l]);
    for (size_t l = 0; l < count; l++)
        for (size_t c = 0; c < classes; c++) {
            log[l * classes + c] = row[l * classes + c] - x[l];
            probability[l * classes + c] /= sum[l];
        }
}

CLONES void kernel_log_softmax(double *restrict logs, double *restrict probabilities, const float *restrict logits,
                               size_t rows, size_t classes) {
    size_t r = 0;
    for (; r + LANES <= rows; r += LANES)  // a count that the compiler knows
        log_softmax_rows(logs + r * classes, probabilities + r * classes, logits + r * classes, LANES, classes);
    if (r < rows)
        log_softmax_rows(logs + r * classes, probabilities + r * classes, logits + r * classes, rows - r, classes);
}
