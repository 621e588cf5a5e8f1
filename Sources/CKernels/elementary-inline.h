// exp, log, tanh and the logistic function in single precision, of additions, multiplications, divisions and, as
// products of matrices, fused multiply-adds alone.
//
// They are inlined into loops that the compiler vectorises, and give the same bits at every width and with every
// version of the mathematics library. The errors stated in `include/elementary.h` are tested.
#pragma once

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// e^x is `scale * (1 + rest)`, with `scale` a power of two and `rest` in -0.3 … 0.42.
struct exp_parts {
    float scale, rest;
};

INLINE struct exp_parts split_exp(float x) {
    x = x > 88.0f ? 88.0f : x;
    x = x < -87.0f ? -87.0f : x;
    // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
    const float rounder = 12582912.0f;
    const float shifted = __builtin_elementwise_fma(x, 1.44269504f, rounder);
    const float whole = shifted - rounder;
    // ln 2 in two parts; `whole` times the first (355 / 512) is exact.
    const float r = __builtin_elementwise_fma(whole, 2.12194440e-4f, __builtin_elementwise_fma(whole, -0.693359375f, x));
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    struct exp_parts parts;
    memcpy(&parts.scale, &bits, sizeof bits);
    // |r| is at most ln 2 / 2: Taylor's next term is below 6e-9 of the result.
    float p = 1.0f / 5040;
    p = __builtin_elementwise_fma(p, r, 1.0f / 720);
    p = __builtin_elementwise_fma(p, r, 1.0f / 120);
    p = __builtin_elementwise_fma(p, r, 1.0f / 24);
    p = __builtin_elementwise_fma(p, r, 1.0f / 6);
    p = __builtin_elementwise_fma(p, r, 0.5f);
    parts.rest = __builtin_elementwise_fma(p, r * r, r);
    return parts;
}

INLINE float exp_of(float x) {
    const struct exp_parts e = split_exp(x);
    return __builtin_elementwise_fma(e.scale, e.rest, e.scale);
}

INLINE float logistic_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

INLINE float tanh_of(float x) {
    // e^(-2|x|) - 1, without the cancellation that a rounded exponential would have near 0.
    const struct exp_parts e = split_exp(-2.0f * __builtin_fabsf(x));
    const float less = __builtin_elementwise_fma(e.scale, e.rest, e.scale - 1.0f);
    return __builtin_copysignf(-less / (less + 2.0f), x);
}

// For x above 0 and not subnormal; what is no number, or infinite, has none.
INLINE float log_of(float x) {
    // x = 2^k m with m in sqrt(1/2) … sqrt(2); log m = 2 artanh((m - 1) / (m + 1)).
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t root_half = 0x3f3504f3u;
    const int32_t k = (int32_t)(bits - root_half) >> 23;
    bits -= (uint32_t)k << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float f = (m - 1.0f) / (m + 1.0f), s = f * f;
    float p = 1.0f / 9;
    p = p * s + 1.0f / 7;
    p = p * s + 1.0f / 5;
    p = p * s + 1.0f / 3;
    const float log_m = 2.0f * f + 2.0f * f * s * p;
    const float log_x = (float)k * 0.693359375f + ((float)k * -2.12194440e-4f + log_m);
    return log_x + (x - x);  // 0, or no number
}

// In double precision, to 4e-16 of the result.

INLINE double power_of_2(double k) {  // a whole number in -1022 ... 1023
    const double shifted = k + 6755399441055744.0;  // 1.5 * 2^52: the number stands in the low bits
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    memcpy(&k, &bits, sizeof bits);
    return k;
}

// For x in -708 ... 709; beyond, that of the nearer end. What is no number stays none.
INLINE double exp_of_double(double x) {
    x = x > 709.0 ? 709.0 : x;
    x = x < -708.0 ? -708.0 : x;
    const double k = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0;
    // ln 2 in two parts; `k` times the first is exact.
    const double r = (x - k * 0x1.62e42fefap-1) - k * 0x1.cf79abc9e3b3ap-40, s = r * r;
    // |r| is at most ln 2 / 2: the series' next term is below 5e-18 of the result. Even and odd terms are two chains.
    double even = 1.0 / 479001600;
    even = even * s + 1.0 / 3628800;
    even = even * s + 1.0 / 40320;
    even = even * s + 1.0 / 720;
    even = even * s + 1.0 / 24;
    even = even * s + 1.0 / 2;
    double odd = 1.0 / 6227020800;
    odd = odd * s + 1.0 / 39916800;
    odd = odd * s + 1.0 / 362880;
    odd = odd * s + 1.0 / 5040;
    odd = odd * s + 1.0 / 120;
    odd = odd * s + 1.0 / 6;
    return (1 + (r + s * (even + r * odd))) * power_of_2(k);
}

// For x above 0 and not subnormal; what is no number, or infinite, has none.
INLINE double log_of_double(double x) {
    // x = 2^k m with m in sqrt(1/2) … sqrt(2); log m = 2 artanh f, with |f| at most 0.172.
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t root_half = 0x3fe6a09e667f3bcdu;
    const int64_t k = (int64_t)(bits - root_half) >> 52;
    bits -= (uint64_t)k << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    const double f = (m - 1) / (m + 1), s = f * f;
    double p = 1.0 / 23;
    p = p * s + 1.0 / 21;
    p = p * s + 1.0 / 19;
    p = p * s + 1.0 / 17;
    p = p * s + 1.0 / 15;
    p = p * s + 1.0 / 13;
    p = p * s + 1.0 / 11;
    p = p * s + 1.0 / 9;
    p = p * s + 1.0 / 7;
    p = p * s + 1.0 / 5;
    p = p * s + 1.0 / 3;
    const double whole = (double)k;
    const double log_x = whole * 0x1.62e42fefap-1 + (whole * 0x1.cf79abc9e3b3ap-40 + (2 * f + 2 * f * (p * s)));
    return log_x + (x - x);  // 0, or no number
}
