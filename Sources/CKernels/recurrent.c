#include "recurrent.h"

#include <string.h>

#include "clones.h"
#include "elementary-inline.h"

// A row's loop is a function of its own: only of parameters does the compiler believe that `restrict` holds. With
// checks of its own it compares whole blocks of rows, finds that the gates' overlap, and never takes the vectorised
// loop.

INLINE void lstm_forward_row(float *restrict i, float *restrict f, float *restrict g, float *restrict o,
                             const float *restrict bi, const float *restrict bf, const float *restrict bg,
                             const float *restrict bo, const float *restrict old, float *restrict c,
                             float *restrict t, float *restrict h, size_t hidden) {
    for (size_t k = 0; k < hidden; k++) {
        const float in = logistic_of(i[k] + bi[k]), keep = logistic_of(f[k] + bf[k]);
        const float candidate = tanh_of(g[k] + bg[k]), out = logistic_of(o[k] + bo[k]);
        i[k] = in;
        f[k] = keep;
        g[k] = candidate;
        o[k] = out;
        c[k] = keep * old[k] + in * candidate;
    }
    // A loop of its own: what waits for the state in one would keep the next one's gates from being begun.
    for (size_t k = 0; k < hidden; k++) {
        const float squashed = tanh_of(c[k]);
        t[k] = squashed;
        h[k] = o[k] * squashed;
    }
}

CLONES void kernel_lstm_forward(float *gates, const float *bias, const float *before, size_t before_rows,
                                const float *nothing, float *cell, float *cell_tanh, float *output, size_t output_row,
                                size_t rows, size_t hidden) {
    for (size_t r = 0; r < rows; r++) {
        float *gate = gates + 4 * hidden * r;
        lstm_forward_row(gate, gate + hidden, gate + 2 * hidden, gate + 3 * hidden, bias, bias + hidden,
                         bias + 2 * hidden, bias + 3 * hidden, r < before_rows ? before + hidden * r : nothing,
                         cell + hidden * r, cell_tanh + hidden * r, output + output_row * r, hidden);
    }
}

INLINE void lstm_backward_row(float *restrict i, float *restrict f, float *restrict g, float *restrict o,
                              const float *restrict old, const float *restrict t, const float *restrict dy,
                              const float *restrict dh_later, float *restrict dc, size_t hidden) {
    for (size_t k = 0; k < hidden; k++) {
        const float in = i[k], keep = f[k], candidate = g[k], out = o[k], squashed = t[k];
        const float dh = dy[k] + dh_later[k];
        const float dstate = dc[k] + dh * out * (1 - squashed * squashed);
        i[k] = dstate * candidate * (in * (1 - in));
        f[k] = dstate * old[k] * (keep * (1 - keep));
        g[k] = dstate * in * (1 - candidate * candidate);
        o[k] = dh * squashed * (out * (1 - out));
        dc[k] = dstate * keep;
    }
}

CLONES void kernel_lstm_backward(float *gates, const float *before, size_t before_rows, const float *nothing,
                                 const float *cell_tanh, const float *output_gradient, size_t output_row,
                                 const float *state_gradient, float *cell_gradient, size_t later_rows, size_t rows,
                                 size_t hidden) {
    for (size_t r = 0; r < rows; r++) {
        float *gate = gates + 4 * hidden * r, *dc = cell_gradient + hidden * r;
        if (r >= later_rows) memset(dc, 0, hidden * sizeof(float));
        lstm_backward_row(gate, gate + hidden, gate + 2 * hidden, gate + 3 * hidden,
                          r < before_rows ? before + hidden * r : nothing, cell_tanh + hidden * r,
                          output_gradient + output_row * r, r < later_rows ? state_gradient + hidden * r : nothing, dc,
                          hidden);
    }
}

INLINE void gru_forward_row(float *restrict r, float *restrict z, float *restrict n, const float *restrict br,
                            const float *restrict bz, const float *restrict bn, const float *restrict ur,
                            const float *restrict uz, float *restrict un, const float *restrict bu,
                            const float *restrict old, float *restrict h, size_t hidden) {
    for (size_t k = 0; k < hidden; k++) {
        const float reset = logistic_of(r[k] + br[k] + ur[k]), keep = logistic_of(z[k] + bz[k] + uz[k]);
        const float inner = un[k] + bu[k];
        const float candidate = tanh_of(n[k] + bn[k] + reset * inner);
        un[k] = inner;
        r[k] = reset;
        z[k] = keep;
        n[k] = candidate;
        h[k] = (1 - keep) * candidate + keep * old[k];
    }
}

CLONES void kernel_gru_forward(float *gates, const float *bias, float *recurrent, const float *recurrent_bias,
                               const float *before, size_t before_row, size_t before_rows, const float *nothing,
                               float *output, size_t output_row, size_t rows, size_t hidden) {
    for (size_t row = 0; row < rows; row++) {
        float *gate = gates + 3 * hidden * row, *u = recurrent + 3 * hidden * row;
        if (row >= before_rows) memset(u, 0, 3 * hidden * sizeof(float));
        gru_forward_row(gate, gate + hidden, gate + 2 * hidden, bias, bias + hidden, bias + 2 * hidden, u, u + hidden,
                        u + 2 * hidden, recurrent_bias, row < before_rows ? before + before_row * row : nothing,
                        output + output_row * row, hidden);
    }
}

INLINE void gru_backward_row(float *restrict r, float *restrict z, float *restrict n, float *restrict ur,
                             float *restrict uz, float *restrict un, const float *restrict old,
                             const float *restrict dy, float *restrict ds, size_t hidden) {
    for (size_t k = 0; k < hidden; k++) {
        const float reset = r[k], keep = z[k], candidate = n[k], inner = un[k];
        const float dh = dy[k] + ds[k];
        const float dn = dh * (1 - keep) * (1 - candidate * candidate);
        const float dz = dh * (old[k] - candidate) * (keep * (1 - keep));
        const float dr = dn * inner * (reset * (1 - reset));
        r[k] = dr;
        ur[k] = dr;
        z[k] = dz;
        uz[k] = dz;
        n[k] = dn;
        un[k] = dn * reset;
        ds[k] = dh * keep;
    }
}

CLONES void kernel_gru_backward(float *gates, float *recurrent, const float *before, size_t before_row,
                                size_t before_rows, const float *nothing, const float *output_gradient,
                                size_t output_row, float *state_gradient, size_t later_rows, size_t rows,
                                size_t hidden) {
    for (size_t row = 0; row < rows; row++) {
        float *gate = gates + 3 * hidden * row, *u = recurrent + 3 * hidden * row, *ds = state_gradient + hidden * row;
        if (row >= later_rows) memset(ds, 0, hidden * sizeof(float));
        gru_backward_row(gate, gate + hidden, gate + 2 * hidden, u, u + hidden, u + 2 * hidden,
                         row < before_rows ? before + before_row * row : nothing, output_gradient + output_row * row, ds,
                         hidden);
    }
}

CLONES void kernel_sum_strided_rows(float *restrict sums, const float *restrict x, size_t x_row, size_t rows,
                                    size_t columns) {
    memset(sums, 0, columns * sizeof(float));
    for (size_t r = 0; r < rows; r++, x += x_row)
        for (size_t c = 0; c < columns; c++) sums[c] += x[c];
}

CLONES void kernel_multiply(float *product, const float *x, const float *y, size_t count) {
    ELEMENTWISE
    for (size_t i = 0; i < count; i++) product[i] = x[i] * y[i];
}

CLONES double kernel_sum_of_squares(const float *x, size_t count) {
    enum { lanes = 16 };
    double sums[lanes] = {0};
    size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        for (size_t l = 0; l < lanes; l++) sums[l] += (double)x[i + l] * x[i + l];
    double sum = 0;
    for (; i < count; i++) sum += (double)x[i] * x[i];
    for (size_t l = 0; l < lanes; l++) sum += sums[l];
    return sum;
}
