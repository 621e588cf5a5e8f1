// Matrix products in single precision with one fixed order of operations.
//
// Every element of a product is a chain of fused multiply-adds over k, from the first to the last: c = fma(a[i, p],
// b[p, j], c). Blocks, tiles and vectors decide only which elements are worked on together, so an element has the same
// bits on every processor, for every size of the rest, wherever its factors lie: those of a plain loop over `fmaf`.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// A factor as it is stored, and taken transposed where that is said: row-major with `row` floats from one row to the
// next; or, where there are `starts`, which a left factor may have, windows of an image. Row i is then runs of `run`
// floats, the first from `values + starts[i]` on, each `run_step` floats after the one before: what lies under a kernel
// at a pixel.
typedef struct {
    const float *values;
    size_t row;
    bool transposed;
    const unsigned *starts;
    size_t run, run_step;
} product_factor;

// c [m, n] = a [m, k] b [k, n], or c + a b where `adds`; `c_row` is the floats from one row of c to the next. No
// product may lie where a factor of it lies: parts of it are stored while others of that are still to be read.
void kernel_product(size_t m, size_t n, size_t k, product_factor a, product_factor b, bool adds, float *c, size_t c_row);

// A left factor a [m, k] and where its product goes, c [m, n].
typedef struct {
    size_t m;
    product_factor a;
    float *c;
    size_t c_row;
} product_left;

// c = a b for each of some left factors with one b [k, n], each part of which is read and laid out once for all.
void kernel_products(const product_left *lefts, size_t count, size_t n, size_t k, product_factor b);

// How many floats a factor b [k, n] takes when it is packed: laid out in the order in which a product reads it.
size_t kernel_packed_count(size_t k, size_t n);

// Packs b [k, n].
void kernel_pack(float *packed, product_factor b, size_t k, size_t n);

// As `kernel_product`, with b packed before; worth it where one b meets several a.
void kernel_product_packed(size_t m, size_t n, size_t k, product_factor a, const float *packed, bool adds, float *c,
                           size_t c_row);

// The name of the instruction set that products run on here.
const char *kernel_product_instructions(void);

// For tests: as `kernel_product` on the variant of this number, the widest first; false where there is none or the
// processor lacks its instructions. The last one runs everywhere.
bool kernel_product_variant(size_t variant, size_t m, size_t n, size_t k, product_factor a, product_factor b, bool adds, float *c,
                            size_t c_row);
size_t kernel_product_variant_count(void);
