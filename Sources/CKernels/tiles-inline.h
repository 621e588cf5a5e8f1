// The tiles that products are made of, for each set of instructions.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define INLINE static inline __attribute__((always_inline))
#define ALL _Pragma("clang loop unroll(full)")

typedef float vector4 __attribute__((ext_vector_type(4), aligned(4)));
typedef float vector8 __attribute__((ext_vector_type(8), aligned(4)));
typedef float vector16 __attribute__((ext_vector_type(16), aligned(4)));

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// A tile of c: `rows` rows and `panels` panels of two vectors, or of one. Row r of a is `transposed` (step p's value at
// a[p * a_step + r], and what is `ahead` of that is fetched) or not (at a[r * a_row + p]); `in_strips` it was brought
// together. Where a is windows, row r begins at a + starts[r], and the steps go through its runs, from `skip` on, where
// `in_run` of a run are past; transposed, step p's values are at a + skip + starts[p]. Panels of b are `b_panel` apart;
// in them each step of k has its vectors. A tile that packs its panel, and it alone, reads the values at `unpacked`,
// `unpacked_row` floats from one row to the next, and writes what is at `b`.
typedef struct {
    size_t rows, panels, k;
    const float *a;
    bool transposed, in_strips;
    size_t a_row, a_step, ahead;
    const unsigned *starts;
    size_t run, run_step, in_run, skip;
    const float *b;
    size_t b_panel;
    const float *unpacked;
    size_t unpacked_row;
    bool adds;
    float *c;
    size_t c_row;
} tile;

// A tile's sums, so many vectors a row, as they are before its products: c's, or zeros. Where c lies is read once, and
// not again after each store.
#define BEGIN_SUMS(ROWS, VECTOR, VECTORS)                                                            \
    float *c = t->c;                                                                                 \
    const size_t c_row = t->c_row;                                                                   \
    VECTOR sum[ROWS][VECTORS];                                                                       \
    ALL for (size_t r = 0; r < ROWS; r++)                                                            \
        ALL for (size_t v = 0; v < VECTORS; v++)                                                     \
            sum[r][v] = t->adds ? *(const VECTOR *)(c + r * c_row + v * LANES) : (VECTOR)0.0f

// Stores them.
#define END_SUMS(ROWS, VECTOR, VECTORS)                                                              \
    ALL for (size_t r = 0; r < ROWS; r++)                                                            \
        ALL for (size_t v = 0; v < VECTORS; v++) *(VECTOR *)(c + r * c_row + v * LANES) = sum[r][v]

// One size of tile, whose sums stay in registers: each vector of b is multiplied with each row's value of a, `AT`. What
// there is less of is loaded first and kept: the vectors of one panel, or the values of a few rows. Row r of a begins
// at `START`; of a transposed a, the rows' values of a step are at `at`, which `HERE` or `NEXT` sets.
#define SUM_TILE(ROWS, PANELS, VECTOR, WIDTH, START, AT, HERE, NEXT)                                     \
    do {                                                                                                 \
        enum { LANES = sizeof(VECTOR) / sizeof(float) };                                                 \
        const float *restrict b = t->b, *at = t->a;                                                      \
        BEGIN_SUMS(ROWS, VECTOR, WIDTH * PANELS);                                                \
        size_t skip = t->skip, length = smaller(t->run - t->in_run, t->k);                               \
        for (size_t done = 0; done < t->k; done += length, length = smaller(t->run, t->k - done)) {      \
            const float *a[ROWS];                                                                        \
            ALL for (size_t r = 0; r < ROWS; r++) a[r] = t->a + skip + START;                            \
            _Pragma("clang loop unroll(disable)") for (size_t p = 0; p < length; p++, b += WIDTH * LANES, NEXT) { \
                HERE;                                                                                    \
                VECTOR row[WIDTH * PANELS], x[ROWS];                                                     \
                ALL for (size_t r = 0; r < ROWS && PANELS > 1; r++) x[r] = AT;                           \
                ALL for (size_t v = 0; v < WIDTH * PANELS; v++) {                                        \
                    row[v] = *(const VECTOR *)(b + v / WIDTH * t->b_panel + v % WIDTH * LANES);          \
                    ALL for (size_t r = 0; r < ROWS && PANELS > 1; r++)                                  \
                        sum[r][v] = __builtin_elementwise_fma(x[r], row[v], sum[r][v]);                  \
                }                                                                                        \
                ALL for (size_t r = 0; r < ROWS && PANELS == 1; r++) {                                   \
                    x[r] = AT;                                                                           \
                    ALL for (size_t v = 0; v < WIDTH; v++)                                               \
                        sum[r][v] = __builtin_elementwise_fma(x[r], row[v], sum[r][v]);                  \
                }                                                                                        \
            }                                                                                            \
            skip += t->run_step - (done == 0 ? t->in_run : 0);                                           \
        }                                                                                                \
        END_SUMS(ROWS, VECTOR, WIDTH * PANELS);                                                  \
    } while (0)

#define SUM_ANY_TILE(ROWS, PANELS, VECTOR, WIDTH)                                                         \
    if (!t->transposed && !t->starts)                                                                    \
        SUM_TILE(ROWS, PANELS, VECTOR, WIDTH, r * t->a_row, a[r][p], (void)at, (void)at);                 \
    else if (!t->transposed)                                                                             \
        SUM_TILE(ROWS, PANELS, VECTOR, WIDTH, t->starts[r], a[r][p], (void)at, (void)at);                 \
    else if (!t->starts)                                                                                 \
        SUM_TILE(ROWS, PANELS, VECTOR, WIDTH, 0, at[r], __builtin_prefetch(at + t->ahead), at += t->a_step); \
    else                                                                                                 \
        SUM_TILE(ROWS, PANELS, VECTOR, WIDTH, 0, at[r], at = t->a + t->skip + t->starts[p], (void)a)

// A tile of one row has a chain of sums for each vector alone: several panels at once keep the multipliers busy.
#define CASE(ROWS, PANELS, VECTOR, WIDTH)               \
    case ROWS:                                   \
        if (PANELS > 1 && t->panels == PANELS) { \
            SUM_ANY_TILE(ROWS, PANELS, VECTOR, WIDTH);  \
        } else {                                 \
            SUM_ANY_TILE(ROWS, 1, VECTOR, WIDTH);       \
        }                                        \
        break;

#define TILES_OF_SIX(V, W) CASE(1, 6, V, W) CASE(2, 3, V, W) CASE(3, 2, V, W) CASE(4, 1, V, W) CASE(5, 1, V, W) CASE(6, 1, V, W)
#define TILES_OF_TWELVE(V, W)                                                                             \
    TILES_OF_SIX(V, W) CASE(7, 1, V, W) CASE(8, 1, V, W) CASE(9, 1, V, W) CASE(10, 1, V, W) CASE(11, 1, V, W) \
    CASE(12, 1, V, W)
static const size_t panels_at_once[] = {1, 6, 3, 2};

#define TILE_FUNCTION(NAME, TARGET, TILES, VECTOR, WIDTH) \
    TARGET static void NAME(const tile *t) {              \
        switch (t->rows) { TILES(VECTOR, WIDTH) }         \
    }

// How many rows of an unpacked b are fetched ahead: about as many as are multiplied until the third cache answers. Past
// the last row that is an address without meaning, which does no harm to a fetch.
enum { FETCHED_AHEAD = 24 };

// How many steps of rows in strips are fetched ahead: as many as are multiplied until the second cache answers.
enum { FETCHED_STEPS = 8 };

// A tile of just so many rows and one panel, not of windows, that packs the panel of b as it goes: each row of b is
// read where it lies, multiplied, and stored in the panel for the tiles after this one. Beside so many multiplications
// that costs next to nothing, where packing first waits for the cache that b lies in.
#define PACK_TILE(ROWS, VECTOR, A_ROW, A_STEP)                                                           \
    do {                                                                                                 \
        enum { LANES = sizeof(VECTOR) / sizeof(float) };                                                 \
        const float *b = t->unpacked;                                                                    \
        float *panel = (float *)t->b;                                                            \
        const size_t b_row = t->unpacked_row;                                                    \
        BEGIN_SUMS(ROWS, VECTOR, 2);                                                             \
        const float *a[ROWS];                                                                            \
        ALL for (size_t r = 0; r < ROWS; r++) a[r] = t->a + r * (A_ROW);                                 \
        _Pragma("clang loop unroll(disable)") for (size_t p = 0; p < t->k; p++, b += b_row, panel += 2 * LANES) { \
            VECTOR row[2];                                                                               \
            ALL for (size_t v = 0; v < 2; v++) {                                                         \
                row[v] = *(const VECTOR *)(b + v * LANES);                                               \
                *(VECTOR *)(panel + v * LANES) = row[v];                                                 \
                __builtin_prefetch(b + FETCHED_AHEAD * b_row + v * LANES);                               \
            }                                                                                            \
            ALL for (size_t r = 0; r < ROWS; r++) {                                                      \
                const VECTOR x = a[r][p * (A_STEP)];                                                     \
                ALL for (size_t v = 0; v < 2; v++) sum[r][v] = __builtin_elementwise_fma(x, row[v], sum[r][v]); \
            }                                                                                            \
        }                                                                                                \
        END_SUMS(ROWS, VECTOR, 2);                                                               \
    } while (0)

#define PACK_TILE_FUNCTION(NAME, TARGET, ROWS, VECTOR)       \
    TARGET static void NAME(const tile *t) {                 \
        if (t->transposed)                                   \
            PACK_TILE(ROWS, VECTOR, 1, t->a_step);           \
        else                                                 \
            PACK_TILE(ROWS, VECTOR, t->a_row, 1);            \
    }

#if defined(__x86_64__)
PACK_TILE_FUNCTION(pack_tile_avx512, __attribute__((target("avx512f,avx2,fma"), min_vector_width(512))), 12, vector16)
PACK_TILE_FUNCTION(pack_tile_avx2, __attribute__((target("avx2,fma"))), 6, vector8)
PACK_TILE_FUNCTION(pack_tile_wide, __attribute__((target("avx2,fma"))), 12, vector16)
TILE_FUNCTION(sum_tile_avx512, __attribute__((target("avx512f,avx2,fma"), min_vector_width(512))), TILES_OF_TWELVE, vector16, 2)
TILE_FUNCTION(sum_narrow_tile_avx512, __attribute__((target("avx512f,avx2,fma"), min_vector_width(512))), TILES_OF_TWELVE, vector16, 1)
TILE_FUNCTION(sum_tile_avx2, __attribute__((target("avx2,fma"))), TILES_OF_SIX, vector8, 2)
TILE_FUNCTION(sum_narrow_tile_avx2, __attribute__((target("avx2,fma"))), TILES_OF_TWELVE, vector8, 1)
// The tiles of AVX-512 on AVX2: shows on more machines that their sizes are right.
TILE_FUNCTION(sum_tile_wide, __attribute__((target("avx2,fma"))), TILES_OF_TWELVE, vector16, 2)
#endif
// Without instructions for it, a fused multiply-add is a call of the mathematics library: slow, and the same bits.
TILE_FUNCTION(sum_tile_any, , TILES_OF_SIX, vector4, 2)
