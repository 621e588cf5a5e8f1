#pragma once

// x86-64-v3 is what has AVX2 and fused multiply-adds; without those, one is a call of the mathematics library, slow and
// of the same bits.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#pragma STDC FP_CONTRACT OFF

// Before a loop over elements whose result may lie where what it reads does: each step touches elements of its own,
// which the compiler can't know, and without this it takes them one at a time where they do.
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
