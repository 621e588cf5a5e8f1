#include "crf.h"

#include <stdbool.h>

#include "clones.h"
#include "elementary-inline.h"

// How many lanes are worked on at a time: their running maxima and sums stay in registers or the nearest cache.
enum { block = 64 };

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Nights come few at a time: with few lanes most of a vector would be idle. There classes and lanes are one row of
// places, x = class * lanes + lane, in whole vectors; each place's operations and their order are the same.
enum { vector = 16, most_places = 128, most_classes = 16 };

INLINE bool are_few(size_t lanes, size_t classes) {
    return lanes < vector && classes <= most_classes && classes * lanes <= most_places;
}

// So many places in whole vectors.
INLINE size_t whole(size_t places) { return (places + vector - 1) / vector * vector; }

// The places' logarithms of the sums of the exponentials of `count` scores each.
INLINE void log_sums(float *restrict result, const float (*restrict scores)[most_places], size_t count, size_t places) {
    for (size_t x = 0; x < places; x += vector) {
        float top[vector], sum[vector];
        for (size_t l = 0; l < vector; l++) {
            top[l] = scores[0][x + l];
            sum[l] = 0;
        }
        for (size_t i = 1; i < count; i++)
            for (size_t l = 0; l < vector; l++) top[l] = scores[i][x + l] > top[l] ? scores[i][x + l] : top[l];
        for (size_t i = 0; i < count; i++)
            for (size_t l = 0; l < vector; l++) sum[l] += exp_of(scores[i][x + l] - top[l]);
        for (size_t l = 0; l < vector; l++) result[x + l] = top[l] + log_of(sum[l]);
    }
}

// Zeros the places past the last, so that whole vectors are of numbers.
INLINE void fill_up(float *row, size_t places) {
    for (size_t x = places; x < whole(places); x++) row[x] = 0;
}

CLONES void kernel_transpose(float *restrict y, const float *restrict x, size_t rows, size_t columns) {
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++) y[c * rows + r] = x[r * columns + c];
}

// Takes the largest over classes from each lane of `x` from `from` on, and leaves it in `largest`.
INLINE void shift_down(float *restrict x, float *restrict largest, size_t from, size_t count, size_t lanes,
                       size_t classes) {
    for (size_t l = 0; l < count; l++) largest[l] = x[from + l];
    for (size_t j = 1; j < classes; j++) {
        const float *restrict value = x + j * lanes + from;
        for (size_t l = 0; l < count; l++) largest[l] = value[l] > largest[l] ? value[l] : largest[l];
    }
    for (size_t j = 0; j < classes; j++) {
        float *restrict value = x + j * lanes + from;
        for (size_t l = 0; l < count; l++) value[l] -= largest[l];
    }
}

CLONES void kernel_crf_forward(float *restrict alpha, float *restrict shift, const float *restrict before,
                               size_t before_lanes, const float *restrict first, const float *restrict emissions,
                               const float *restrict transitions, size_t lanes, size_t classes) {
    const size_t places = classes * lanes;
    if (before && are_few(lanes, classes)) {
        float scores[most_classes][most_places], found[most_places];
        for (size_t i = 0; i < classes; i++) {
            for (size_t j = 0; j < classes; j++)
                for (size_t l = 0; l < lanes; l++)
                    scores[i][j * lanes + l] = before[i * before_lanes + l] + transitions[i * classes + j];
            fill_up(scores[i], places);
        }
        log_sums(found, scores, classes, whole(places));
        for (size_t x = 0; x < places; x++) alpha[x] = found[x] + emissions[x];
        shift_down(alpha, shift, 0, lanes, lanes, classes);
        return;
    }
    float top[block], sum[block];
    for (size_t from = 0; from < lanes; from += block) {
        const size_t count = smaller(block, lanes - from);
        for (size_t j = 0; j < classes; j++) {
            const float *restrict e = emissions + j * lanes + from;
            float *restrict a = alpha + j * lanes + from;
            if (!before) {
                for (size_t l = 0; l < count; l++) a[l] = first[j] + e[l];
                continue;
            }
            for (size_t l = 0; l < count; l++) top[l] = before[from + l] + transitions[j];
            for (size_t i = 1; i < classes; i++) {
                const float *restrict b = before + i * before_lanes + from;
                const float t = transitions[i * classes + j];
                for (size_t l = 0; l < count; l++) top[l] = b[l] + t > top[l] ? b[l] + t : top[l];
            }
            for (size_t l = 0; l < count; l++) sum[l] = 0;
            for (size_t i = 0; i < classes; i++) {
                const float *restrict b = before + i * before_lanes + from;
                const float t = transitions[i * classes + j];
                for (size_t l = 0; l < count; l++) sum[l] += exp_of(b[l] + t - top[l]);
            }
            for (size_t l = 0; l < count; l++) a[l] = top[l] + log_of(sum[l]) + e[l];
        }
        shift_down(alpha, shift + from, from, count, lanes, classes);
    }
}

CLONES void kernel_crf_backward(float *restrict beta, const float *restrict after, const float *restrict emissions,
                                size_t after_lanes, const float *restrict last, const float *restrict transitions,
                                size_t lanes, size_t classes) {
    float top[block], sum[block];
    const bool few = are_few(after_lanes, classes);
    if (few) {
        const size_t places = classes * after_lanes;
        float scores[most_classes][most_places], found[most_places];
        for (size_t j = 0; j < classes; j++) {
            const float *e = emissions + j * after_lanes, *a = after + j * after_lanes;
            for (size_t i = 0; i < classes; i++)
                for (size_t l = 0; l < after_lanes; l++)
                    scores[j][i * after_lanes + l] = transitions[i * classes + j] + (e[l] + a[l]);
            fill_up(scores[j], places);
        }
        log_sums(found, scores, classes, whole(places));
        for (size_t i = 0; i < classes; i++)
            for (size_t l = 0; l < after_lanes; l++) beta[i * lanes + l] = found[i * after_lanes + l];
        shift_down(beta, top, 0, after_lanes, lanes, classes);
    }
    for (size_t from = 0; !few && from < after_lanes; from += block) {
        const size_t count = smaller(block, after_lanes - from);
        for (size_t i = 0; i < classes; i++) {
            float *restrict b = beta + i * lanes + from;
            for (size_t l = 0; l < count; l++)
                top[l] = transitions[i * classes] + (emissions[from + l] + after[from + l]);
            for (size_t j = 1; j < classes; j++) {
                const float *restrict e = emissions + j * after_lanes + from, *restrict a = after + j * after_lanes + from;
                const float t = transitions[i * classes + j];
                for (size_t l = 0; l < count; l++) {
                    const float score = t + (e[l] + a[l]);
                    top[l] = score > top[l] ? score : top[l];
                }
            }
            for (size_t l = 0; l < count; l++) sum[l] = 0;
            for (size_t j = 0; j < classes; j++) {
                const float *restrict e = emissions + j * after_lanes + from, *restrict a = after + j * after_lanes + from;
                const float t = transitions[i * classes + j];
                for (size_t l = 0; l < count; l++) sum[l] += exp_of(t + (e[l] + a[l]) - top[l]);
            }
            for (size_t l = 0; l < count; l++) b[l] = top[l] + log_of(sum[l]);
        }
        shift_down(beta, top, from, count, lanes, classes);
    }
    for (size_t i = 0; i < classes; i++)
        for (size_t l = after_lanes; l < lanes; l++) beta[i * lanes + l] = last[i];
}

CLONES void kernel_crf_marginals(float *restrict probabilities, float *restrict log_sum, const float *restrict alpha,
                                 const float *restrict beta, size_t lanes, size_t classes) {
    float top[block], sum[block];
    for (size_t from = 0; from < lanes; from += block) {
        const size_t count = smaller(block, lanes - from);
        for (size_t l = 0; l < count; l++) top[l] = alpha[from + l] + beta[from + l];
        for (size_t j = 1; j < classes; j++) {
            const float *restrict a = alpha + j * lanes + from, *restrict b = beta + j * lanes + from;
            for (size_t l = 0; l < count; l++) top[l] = a[l] + b[l] > top[l] ? a[l] + b[l] : top[l];
        }
        for (size_t l = 0; l < count; l++) sum[l] = 0;
        for (size_t j = 0; j < classes; j++) {
            const float *restrict a = alpha + j * lanes + from, *restrict b = beta + j * lanes + from;
            float *restrict p = probabilities + j * lanes + from;
            for (size_t l = 0; l < count; l++) {
                p[l] = exp_of(a[l] + b[l] - top[l]);
                sum[l] += p[l];
            }
        }
        for (size_t j = 0; j < classes; j++) {
            float *restrict p = probabilities + j * lanes + from;
            for (size_t l = 0; l < count; l++) p[l] /= sum[l];
        }
        for (size_t l = 0; l < count; l++) log_sum[from + l] = top[l] + log_of(sum[l]);
    }
}

CLONES void kernel_crf_pairs(float *restrict sums, size_t sums_lanes, const float *restrict alpha, size_t alpha_lanes,
                             const float *restrict emissions, const float *restrict beta, const float *restrict shift,
                             const float *restrict log_sum, const float *restrict transitions, size_t lanes,
                             size_t classes) {
    for (size_t i = 0; i < classes; i++) {
        const float *restrict a = alpha + i * alpha_lanes;
        for (size_t j = 0; j < classes; j++) {
            const float *restrict e = emissions + j * lanes, *restrict b = beta + j * lanes;
            const float t = transitions[i * classes + j];
            float *restrict s = sums + (i * classes + j) * sums_lanes;
            for (size_t l = 0; l < lanes; l++) s[l] += exp_of(a[l] + t + (e[l] + b[l]) - shift[l] - log_sum[l]);
        }
    }
}

CLONES void kernel_crf_best(float *restrict best, int32_t *restrict choice, const float *restrict before,
                            size_t before_lanes, const float *restrict first, const float *restrict emissions,
                            const float *restrict transitions, size_t lanes, size_t classes) {
    float top[block];
    for (size_t from = 0; from < lanes; from += block) {
        const size_t count = smaller(block, lanes - from);
        for (size_t j = 0; j < classes; j++) {
            const float *restrict e = emissions + j * lanes + from;
            float *restrict s = best + j * lanes + from;
            if (!before) {
                for (size_t l = 0; l < count; l++) s[l] = first[j] + e[l];
                continue;
            }
            int32_t *restrict which = choice + j * lanes + from;
            for (size_t l = 0; l < count; l++) {
                top[l] = before[from + l] + transitions[j];
                which[l] = 0;
            }
            for (size_t i = 1; i < classes; i++) {
                const float *restrict b = before + i * before_lanes + from;
                const float t = transitions[i * classes + j];
                for (size_t l = 0; l < count; l++) {
                    const float score = b[l] + t;
                    which[l] = score > top[l] ? (int32_t)i : which[l];
                    top[l] = score > top[l] ? score : top[l];
                }
            }
            for (size_t l = 0; l < count; l++) s[l] = top[l] + e[l];
        }
        shift_down(best, top, from, count, lanes, classes);
    }
}

void kernel_sum_columns(float *sums, const float *x, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++, x += columns) {
        float sum = 0;
        for (size_t c = 0; c < columns; c++) sum += x[c];
        sums[r] = sum;
    }
}
