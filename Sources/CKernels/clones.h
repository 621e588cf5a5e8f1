#pragma once

// x86-64-v3 has AVX2 and fused multiply-adds, and what else came with them; virtual machines may hide a part of it, but
// hardly those multiply-adds, which without them are calls of the mathematics library: slow, and of the same bits.
// Resolvers run before the thread sanitizer does, which can't bear that.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
#define CLONES_OF(...) __attribute__((target_clones(__VA_ARGS__)))
#else
#define CLONES_OF(...)
#endif
#define CLONES CLONES_OF("avx512f", "arch=x86-64-v3", "fma", "default")

#pragma STDC FP_CONTRACT OFF

// Before a loop over elements whose result may lie where what it reads does: each step touches elements of its own,
// which the compiler can't know, and without this it takes them one at a time where they do.
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
