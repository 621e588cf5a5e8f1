#include "product.h"

#include <string.h>

#include "tiles-inline.h"

// How a product is cut: KC rows of a panel of b stay in the nearest cache while MC rows of a, in the next one, pass by;
// of b KC x NC values are packed at a time. Rows of a that are brought together are so in strips of STRIP.
enum { KC = 256, MC = 144, NC = 256, STRIP = 12 };

// How many columns of a b [k, n] are packed at a time.
static size_t columns_at_once(size_t k) { return k <= KC / 2 ? 2 * NC : NC; }

// MARK: - Variants

typedef struct variant {
    const char *name;
    void (*sum_tile)(const tile *);
    // A tile of `rows` rows and one panel that packs the panel first; may be null.
    void (*pack_tile)(const tile *);
    size_t rows, columns;
    bool for_tests;
    // Whether a value that the nearest cache lacks costs multiplications, as on processors of Intel's, which begin what
    // waits for it in vain: a transposed a is brought together, and where c goes is fetched ahead.
    bool minds_misses;
    // For a c of no more columns than a panel of one vector has; may be null.
    const struct variant *narrow;
} variant;

enum { MOST_ROWS = 12, MOST_COLUMNS = 32 };
_Static_assert(MC >= 2 * MOST_ROWS, "the first tile of a product that packs is whole");
_Static_assert(MC % STRIP == 0 && STRIP == MOST_ROWS, "rows that are brought together are so in whole strips");

#if defined(__x86_64__)
static const variant narrow_avx512 = {"AVX-512", sum_narrow_tile_avx512, NULL, 12, 16, false, false, NULL};
static const variant narrow_avx2 = {"AVX2", sum_narrow_tile_avx2, NULL, 12, 8, false, false, NULL};
#endif
static const variant variants[] = {
#if defined(__x86_64__)
    {"AVX-512", sum_tile_avx512, pack_tile_avx512, 12, 32, false, true, &narrow_avx512},
    {"AVX-512", sum_tile_avx512, pack_tile_avx512, 12, 32, false, false, &narrow_avx512},
    {"AVX2", sum_tile_avx2, pack_tile_avx2, 6, 16, false, true, &narrow_avx2},
    {"AVX2", sum_tile_avx2, pack_tile_avx2, 6, 16, false, false, &narrow_avx2},
    {"AVX2 in tiles of AVX-512", sum_tile_wide, pack_tile_wide, 12, 32, true, false, NULL},
#endif
    {"any", sum_tile_any, NULL, 6, 8, false, false, NULL},
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

static bool runs_here(const variant *v) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (v->sum_tile == sum_tile_avx512) return has_avx2 && __builtin_cpu_supports("avx512f");
    if (v->sum_tile == sum_tile_avx2 || v->sum_tile == sum_tile_wide) return has_avx2;
#endif
    return v->sum_tile == sum_tile_any;
}

static bool is_intel(void) {
#if defined(__x86_64__)
    return __builtin_cpu_is("intel");
#else
    return false;
#endif
}

static const variant *chosen = &variants[VARIANTS - 1];

__attribute__((constructor)) static void choose(void) {
    for (size_t i = VARIANTS; i-- > 0;)
        if (!variants[i].for_tests && runs_here(&variants[i]) && (!variants[i].minds_misses || is_intel()))
            chosen = &variants[i];
}

// What a c of so many columns is computed by: half of a panel of two vectors would be zeros there.
static const variant *fitting(const variant *v, size_t n) { return v->narrow && n <= v->narrow->columns ? v->narrow : v; }

// MARK: - Packing

static _Thread_local _Alignas(64) float packed_a[MC * KC], packed_b[KC * NC];

// The part of a factor that starts at a row and a column, as the product sees them.
INLINE product_factor part(product_factor f, size_t row, size_t column) {
    f.values += f.transposed ? column * f.row + row : row * f.row + column;
    return f;
}

// Four rows of four values each, turned: what was a column is a row.
INLINE void turn_square(float *restrict to, size_t to_row, const float *restrict from, size_t from_row) {
    const vector4 a = *(const vector4 *)from, b = *(const vector4 *)(from + from_row),
                  c = *(const vector4 *)(from + 2 * from_row), d = *(const vector4 *)(from + 3 * from_row);
    const vector4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5),
                  more_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7), more_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(vector4 *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(vector4 *)(to + to_row) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(vector4 *)(to + 2 * to_row) = __builtin_shufflevector(more_ab, more_cd, 0, 1, 4, 5);
    *(vector4 *)(to + 3 * to_row) = __builtin_shufflevector(more_ab, more_cd, 2, 3, 6, 7);
}

// One panel of b [k, columns]: k rows of `width` floats, zeros past the columns.
static void pack_panel(float *restrict panel, product_factor b, size_t k, size_t columns, size_t width) {
    if (b.transposed) {
        // A few steps at a time: so many lines of the columns stay in the nearest cache, and others are on their way.
        for (size_t from = 0; from < k; from += 16) {
            const size_t to = smaller(from + 16, k);
            size_t j = 0;
            for (; j + 4 <= columns; j += 4) {
                for (size_t c = j; c < j + 4; c++) __builtin_prefetch(b.values + c * b.row + from + 64);
                size_t p = from;
                for (; p + 4 <= to; p += 4) turn_square(panel + p * width + j, width, b.values + j * b.row + p, b.row);
                for (; p < to; p++)
                    for (size_t c = j; c < j + 4; c++) panel[p * width + c] = b.values[c * b.row + p];
            }
            for (; j < columns; j++)
                for (size_t p = from; p < to; p++) panel[p * width + j] = b.values[j * b.row + p];
        }
    } else if (columns == 16) {  // lengths that the compiler knows, of whole panels, are copied without a call
        for (size_t p = 0; p < k; p++) memcpy(panel + p * width, b.values + p * b.row, 16 * sizeof(float));
    } else if (columns == 32) {
        for (size_t p = 0; p < k; p++) memcpy(panel + p * width, b.values + p * b.row, 32 * sizeof(float));
    } else {
        for (size_t p = 0; p < k; p++) memcpy(panel + p * width, b.values + p * b.row, columns * sizeof(float));
    }
    for (size_t p = 0; p < k && columns < width; p++) memset(panel + p * width + columns, 0, (width - columns) * sizeof(float));
}

static void pack_block(const variant *v, float *packed, product_factor b, size_t k, size_t n) {
    for (size_t j = 0; j < n; j += v->columns, packed += k * v->columns)
        pack_panel(packed, part(b, 0, j), k, smaller(v->columns, n - j), v->columns);
}

INLINE size_t packed_columns(const variant *v, size_t n) { return (n + v->columns - 1) / v->columns * v->columns; }

// The rows of a transposed a as tiles read them: in strips, in which a step's values of STRIP rows lie side by side.
static void bring_together(float *restrict to, const float *restrict a, size_t a_row, size_t rows, size_t k) {
    for (size_t p = 0; p < k; p++, a += a_row, to += STRIP) {
        size_t i = 0;
        for (; i + STRIP <= rows; i += STRIP) memcpy(to + i * k, a + i, STRIP * sizeof(float));
        memcpy(to + i * k, a + i, (rows - i) * sizeof(float));
    }
}

// MARK: - Products

// A tile that is cut at the last column of c: computed beside it, whole.
static void sum_cut_tile(const variant *v, tile t, size_t columns) {
    float whole[MOST_ROWS * MOST_COLUMNS];
    float *c = t.c;
    const size_t c_row = t.c_row, bytes = columns * sizeof(float);
    for (size_t r = 0; t.adds && r < t.rows; r++) memcpy(whole + r * v->columns, c + r * c_row, bytes);
    t.c = whole;
    t.c_row = v->columns;
    v->sum_tile(&t);
    for (size_t r = 0; r < t.rows; r++) memcpy(c + r * c_row, whole + r * v->columns, bytes);
}

// c [m, n] from a few rows of a as they lie, and b packed.
static void sum_tiles(const variant *v, size_t m, size_t n, tile t) {
    const tile first = t;
    const bool has_runs_of_rows = t.starts && t.transposed;  // a tile may have fewer rows than c then
    const size_t at_once =
        !has_runs_of_rows && m < sizeof panels_at_once / sizeof panels_at_once[0] ? panels_at_once[m] : 1;
    for (size_t j = 0; j < n; j += t.panels * v->columns, t.b += t.panels * t.b_panel) {
        const size_t columns = smaller(v->columns, n - j);
        t.panels = n - j >= at_once * v->columns ? at_once : 1;
        for (size_t i = 0; i < m; i += t.rows) {
            const size_t place = first.in_run + i;
            // Two tiles that are alike hide the multipliers' latency better than a whole one and a small one.
            const size_t left = has_runs_of_rows ? smaller(m - i, first.run - place % first.run) : m - i;
            t.rows = left <= v->rows ? left : left < 2 * v->rows && !t.in_strips ? (left + 1) / 2 : v->rows;
            t.c = first.c + i * t.c_row + j;
            for (size_t r = t.rows; r < smaller(2 * t.rows, left) && v->minds_misses; r++)
                for (size_t f = 0; f < v->columns; f += 16) __builtin_prefetch(t.c + r * t.c_row + f, 1, 2);
            if (has_runs_of_rows) {
                t.skip = first.skip - first.in_run + place / first.run * first.run_step + place % first.run;
                // All steps of k are one run.
                t.run = t.k;
                t.in_run = 0;
            } else if (t.starts) {
                t.starts = first.starts + i;
            } else if (t.in_strips) {
                t.a = first.a + (i - i % STRIP) * t.k + i % STRIP;
                t.ahead = FETCHED_STEPS * STRIP;
            } else {
                t.a = first.a + i * t.a_row;
                t.ahead = 2 * t.rows - 1;  // the next tile's values of the step
            }
            if (first.unpacked && i == 0) {  // of `rows` rows and one panel, as `is_packed_by_tiles` sees to
                t.unpacked = first.unpacked + j;
                v->pack_tile(&t);
            } else if (columns == v->columns) {
                v->sum_tile(&t);
            } else {
                sum_cut_tile(v, t, columns);
            }
        }
    }
}

// Whether a transposed a, whose rows are so long, is copied before tiles read a few values of each row: where those
// are read more than twice and a near cache has one place for all of them. Tiles of few rows, which read fewer
// values at a time, gain by it as well where each row lies in another page; and all where misses are minded.
INLINE bool is_brought_together(const variant *v, size_t n, size_t row) {
    return n > 2 * v->columns && (v->minds_misses || row % 512 == 0 || (row > 512 && v->rows < MOST_ROWS));
}

// Whether the first tiles of a product pack b: where they are whole, and b lies row by row.
INLINE bool is_packed_by_tiles(const variant *v, size_t m, size_t n, product_factor a, product_factor b) {
    return v->pack_tile && !a.starts && !b.transposed && (m == v->rows || m >= 2 * v->rows) && n % v->columns == 0;
}

// c [m, n] for at most KC steps of k, from step `p` of a on; packs b too where it lies `unpacked`, in rows so long.
static void sum_rows(const variant *v, size_t m, size_t n, size_t k, product_factor a, size_t p, const float *b, size_t b_panel,
                     const float *unpacked, size_t unpacked_row, bool adds, float *c, size_t c_row) {
    for (size_t i = 0; i < m; i += MC, c += MC * c_row) {
        const size_t rows = smaller(MC, m - i);
        tile t = {.k = k, .transposed = a.transposed, .b = b, .b_panel = b_panel, .adds = adds, .c = c, .c_row = c_row, .run = k};
        t.unpacked = i == 0 ? unpacked : NULL;
        t.unpacked_row = unpacked_row;
        if (a.starts) {
            const size_t in_row = a.transposed ? i : p;
            t.a = a.values;
            t.starts = a.starts + (a.transposed ? p : i);
            t.run = a.run;
            t.run_step = a.run_step;
            t.in_run = in_row % a.run;
            t.skip = in_row / a.run * a.run_step + t.in_run;
            sum_tiles(v, rows, n, t);
            continue;
        }
        t.a = part(a, i, p).values;
        t.a_row = a.row;
        if (a.transposed) {
            t.a_row = 1;
            t.a_step = a.row;
            if (is_brought_together(v, n, a.row)) {
                bring_together(packed_a, t.a, a.row, rows, k);
                t.a = packed_a;
                t.a_step = STRIP;
                t.in_strips = true;
            }
        }
        sum_tiles(v, rows, n, t);
    }
}

// The products of some left factors with one b. With `packed` null, b is packed block by block; otherwise those blocks
// stand in `packed` one after another.
static void products(const variant *v, const product_left *lefts, size_t count, size_t n, size_t k, product_factor b,
                     const float *packed, bool adds) {
    v = fitting(v, n);
    const product_left *end = lefts + count;
    for (const product_left *left = lefts; k == 0 && !adds && left < end; left++)
        for (size_t i = 0; i < left->m; i++) memset(left->c + i * left->c_row, 0, n * sizeof(float));
    for (size_t j = 0; j < n; j += columns_at_once(k)) {
        const size_t columns = smaller(columns_at_once(k), n - j);
        for (size_t p = 0; p < k; p += KC) {
            const size_t steps = smaller(KC, k - p);
            const product_factor block = packed ? b : part(b, p, j);
            const bool packs = !packed && count > 0 && is_packed_by_tiles(v, lefts->m, columns, lefts->a, block);
            if (!packed && !packs) pack_block(v, packed_b, block, steps, columns);
            for (const product_left *left = lefts; left < end; left++)
                sum_rows(v, left->m, columns, steps, left->a, p, packed ? packed : packed_b, steps * v->columns,
                         packs && left == lefts ? block.values : NULL, block.row, adds || p > 0, left->c + j, left->c_row);
            if (packed) packed += steps * packed_columns(v, columns);
        }
    }
}

static void product(const variant *v, size_t m, size_t n, size_t k, product_factor a, product_factor b, const float *packed,
                    bool adds, float *c, size_t c_row) {
    const product_left left = {.m = m, .a = a, .c = c, .c_row = c_row};
    products(v, &left, 1, n, k, b, packed, adds);
}

void kernel_product(size_t m, size_t n, size_t k, product_factor a, product_factor b, bool adds, float *c, size_t c_row) {
    product(chosen, m, n, k, a, b, NULL, adds, c, c_row);
}

void kernel_products(const product_left *lefts, size_t count, size_t n, size_t k, product_factor b) {
    products(chosen, lefts, count, n, k, b, NULL, false);
}

size_t kernel_packed_count(size_t k, size_t n) { return k * packed_columns(fitting(chosen, n), n); }

void kernel_pack(float *packed, product_factor b, size_t k, size_t n) {
    const variant *v = fitting(chosen, n);
    for (size_t j = 0; j < n; j += columns_at_once(k)) {
        const size_t columns = smaller(columns_at_once(k), n - j);
        for (size_t p = 0; p < k; p += KC) {
            const size_t steps = smaller(KC, k - p);
            pack_block(v, packed, part(b, p, j), steps, columns);
            packed += steps * packed_columns(v, columns);
        }
    }
}

void kernel_product_packed(size_t m, size_t n, size_t k, product_factor a, const float *packed, bool adds, float *c,
                           size_t c_row) {
    product(chosen, m, n, k, a, (product_factor){0}, packed, adds, c, c_row);
}

const char *kernel_product_instructions(void) { return chosen->name; }

bool kernel_product_variant(size_t number, size_t m, size_t n, size_t k, product_factor a, product_factor b, bool adds, float *c,
                            size_t c_row) {
    if (number >= VARIANTS || !runs_here(&variants[number])) return false;
    product(&variants[number], m, n, k, a, b, NULL, adds, c, c_row);
    return true;
}

size_t kernel_product_variant_count(void) { return VARIANTS; }
