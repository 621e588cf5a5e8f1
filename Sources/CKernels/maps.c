#include "maps.h"

#include <string.h>

#include "clones.h"
#include "elementary-inline.h"

INLINE float lesser(float a, float b) { return a < b ? a : b; }
INLINE float greater(float a, float b) { return a > b ? a : b; }
INLINE float middle(float a, float b, float c) { return greater(lesser(a, b), lesser(greater(a, b), c)); }

CLONES void kernel_map_despike(float *restrict y, const float *restrict x, size_t rows, size_t columns, float baseline,
                               int despikes, float *restrict scratch) {
    if (!despikes) {
        for (size_t i = 0; i < rows * columns; i++) y[i] = greater(x[i] - baseline, 0.0f);
        return;
    }
    const size_t width = columns + 2;
    for (size_t r = 0; r < rows; r++) {
        float *row = scratch + (r + 1) * width;
        for (size_t c = 0; c < columns; c++) row[c + 1] = greater(x[r * columns + c] - baseline, 0.0f);
        row[0] = row[1];
        row[columns + 1] = row[columns];
    }
    memcpy(scratch, scratch + width, width * sizeof(float));
    memcpy(scratch + (rows + 1) * width, scratch + rows * width, width * sizeof(float));
    // The median of nine is the middle of the largest low, the middle middle and the smallest high of three triples.
    float *restrict low = scratch + (rows + 2) * width, *restrict mid = low + width, *restrict high = mid + width;
    for (size_t r = 0; r < rows; r++) {
        const float *above = scratch + r * width, *here = above + width, *below = here + width;
        for (size_t c = 0; c < width; c++) {
            const float small = lesser(above[c], here[c]), large = greater(above[c], here[c]), third = below[c];
            low[c] = lesser(small, third);
            mid[c] = greater(small, lesser(large, third));
            high[c] = greater(large, third);
        }
        for (size_t c = 0; c < columns; c++)
            y[r * columns + c] = middle(
                greater(greater(low[c], low[c + 1]), low[c + 2]), middle(mid[c], mid[c + 1], mid[c + 2]),
                lesser(lesser(high[c], high[c + 1]), high[c + 2]));
    }
}

CLONES float kernel_map_percentile(const float *x, size_t count, double place) {
    const size_t below = (size_t)place;
    // Bits of floats from 0 on are in the order of the floats: the largest number with no more than `below` values
    // under it is found bit by bit.
    uint32_t found = 0;
    for (int bit = 30; bit >= 0; bit--) {
        const uint32_t tried = found | (uint32_t)1 << bit;
        uint32_t less = 0;
        for (size_t i = 0; i < count; i++) {
            int32_t bits;
            memcpy(&bits, x + i, sizeof bits);
            less += bits < (int32_t)tried;
        }
        if (less <= below) found = tried;
    }
    float value, next = __builtin_inff();
    memcpy(&value, &found, sizeof value);
    size_t notAbove = 0;
    for (size_t i = 0; i < count; i++) {
        notAbove += x[i] <= value;
        next = x[i] > value && x[i] < next ? x[i] : next;
    }
    if (notAbove > below + 1 || below + 1 >= count) return value;
    return (float)(value + (place - (double)below) * ((double)next - value));
}

CLONES void kernel_map_limit(float *x, size_t count, float limit, int roots) {
    for (size_t i = 0; i < count; i++) x[i] = lesser(x[i], limit);
    if (!roots) return;
    for (size_t i = 0; i < count; i++) x[i] = __builtin_elementwise_sqrt(x[i]);
}

CLONES void kernel_map_average_rows(float *restrict y, const float *restrict x, size_t count, size_t columns,
                                    const int32_t *restrict first, const float *restrict weights, size_t taps) {
    for (size_t i = 0; i < count; i++, y += columns, weights += taps) {
        const float *row = x + (size_t)first[i] * columns;
        for (size_t c = 0; c < columns; c++) y[c] = weights[0] * row[c];
        for (size_t k = 1; k < taps; k++)
            for (size_t c = 0; c < columns; c++) y[c] += weights[k] * row[k * columns + c];
    }
}

void kernel_map_average_columns(float *restrict y, const float *restrict x, size_t rows, size_t columns, size_t count,
                                const int32_t *restrict first, const float *restrict weights, size_t taps) {
    for (size_t r = 0; r < rows; r++, x += columns, y += count)
        for (size_t i = 0; i < count; i++) {
            const float *values = x + first[i], *weight = weights + i * taps;
            float sum = weight[0] * values[0];
            for (size_t k = 1; k < taps; k++) sum += weight[k] * values[k];
            y[i] = sum;
        }
}

enum { LANES = 8 };

CLONES double kernel_map_energy(const float *x, size_t count) {
    double lanes[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t l = 0; l < LANES; l++) lanes[l] += (double)x[i + l] * x[i + l];
    for (; i < count; i++) sum += (double)x[i] * x[i];
    for (size_t l = 0; l < LANES; l++) sum += lanes[l];
    return sum;
}

// By how much the centre of `weights` is beyond the middle, from -count / 2 to count / 2.
INLINE double off_middle(double moment, double total, size_t count) {
    const double half = (double)count / 2, off = moment / (total + 1e-9) - half;
    return off > half ? half : off < -half ? -half : off;
}

// The whole number at or below.
INLINE long floor_of(double x) {
    const long whole = (long)x;
    return (double)whole > x ? whole - 1 : whole;
}

CLONES void kernel_map_centre(float *restrict y, const float *restrict x, size_t rows, size_t columns,
                              float *restrict scratch) {
    double total = 0, along = 0, across = 0;
    for (size_t r = 0; r < rows; r++) {
        const double sum = kernel_map_energy(x + r * columns, columns);
        total += sum;
        along += sum * ((double)r + 0.5);
    }
    for (size_t c = 0; c < columns; c++) {
        double sum = 0;
        for (size_t r = 0; r < rows; r++) sum += (double)x[r * columns + c] * x[r * columns + c];
        across += sum * ((double)c + 0.5);
    }
    const double down = off_middle(along, total, rows), right = off_middle(across, total, columns);
    const long r0 = floor_of(down), c0 = floor_of(right);
    const float fr = (float)(down - (double)r0), fc = (float)(right - (double)c0);
    // A row between zeros: every place that is read is in it.
    float *restrict row = scratch + columns;
    memset(scratch, 0, (3 * columns + 2) * sizeof(float));
    for (long r = 0; r < (long)rows; r++, y += columns) {
        const long above = r + r0, below = above + 1;
        for (size_t c = 0; c < columns; c++) row[c] = 0;
        if (above >= 0 && above < (long)rows)
            for (size_t c = 0; c < columns; c++) row[c] = (1 - fr) * x[above * (long)columns + (long)c];
        if (below >= 0 && below < (long)rows)
            for (size_t c = 0; c < columns; c++) row[c] += fr * x[below * (long)columns + (long)c];
        const float *from = row + c0;
        for (size_t c = 0; c < columns; c++) y[c] = (1 - fc) * from[c] + fc * from[c + 1];
    }
}

CLONES void kernel_map_warp(float *restrict y, const float *restrict padded, size_t rows, size_t columns, const float *a) {
    const int32_t width = (int32_t)columns + 3;
    const float last_row = (float)rows + 1, last_column = (float)columns + 1;
    const float a1 = a[1], a4 = a[4];
    for (size_t i = 0; i < rows; i++, y += columns) {
        // One more, because the padding has one row and one column before.
        const float row = a[0] * (float)i + a[2] + 1, column = a[3] * (float)i + a[5] + 1;
        for (size_t j = 0; j < columns; j++) {
            const float v = row + a1 * (float)(int32_t)j, u = column + a4 * (float)(int32_t)j;
            const float r = lesser(greater(v, 0.0f), last_row), c = lesser(greater(u, 0.0f), last_column);
            const int32_t whole_r = (int32_t)r, whole_c = (int32_t)c;
            const float fr = r - (float)whole_r, fc = c - (float)whole_c;
            const float *corner = padded + (whole_r * width + whole_c);
            const float upper = corner[0] + fc * (corner[1] - corner[0]);
            const float lower = corner[width] + fc * (corner[width + 1] - corner[width]);
            y[j] = upper + fr * (lower - upper);
        }
    }
}

CLONES void kernel_map_power(float *x, size_t count, float exponent, float gain) {
    for (size_t i = 0; i < count; i++) x[i] = gain * exp_of(exponent * log_of(greater(x[i], 0.0f) + 1e-6f));
}
