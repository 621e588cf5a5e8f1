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

CLONES void kernel_log_softmax(double *restrict logs, double *restrict probabilities, const float *restrict logits,
                               size_t rows, size_t classes) {
    enum { LANES = 8 };  // rows worked on together
    for (size_t from = 0; from < rows; from += LANES) {
        const size_t count = rows - from < LANES ? rows - from : LANES;
        double largest[LANES] = {0}, sum[LANES] = {0}, x[LANES] = {0};
        const float *row = logits + from * classes;
        double *log = logs + from * classes, *probability = probabilities + from * classes;
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
}
