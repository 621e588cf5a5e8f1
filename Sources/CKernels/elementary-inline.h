// exp, log, tanh and the logistic function in single precision, of additions, multiplications and divisions alone.
//
// They are inlined into loops that the compiler vectorises, and give the same bits at every width and with every version of
// the mathematics library. The errors stated in `include/elementary.h` are tested.
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
    const float shifted = x * 1.44269504f + rounder;
    const float whole = shifted - rounder;
    // ln 2 in two parts; `whole` times the first (355 / 512) is exact.
    const float r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    struct exp_parts parts;
    memcpy(&parts.scale, &bits, sizeof bits);
    // |r| is at most ln 2 / 2: Taylor's next term is below 6e-9 of the result.
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    parts.rest = p * (r * r) + r;
    return parts;
}

INLINE float exp_of(float x) {
    const struct exp_parts e = split_exp(x);
    return e.scale + e.scale * e.rest;
}

INLINE float logistic_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

INLINE float tanh_of(float x) {
    // e^(-2|x|) - 1, without the cancellation that a rounded exponential would have near 0.
    const struct exp_parts e = split_exp(-2.0f * __builtin_fabsf(x));
    const float less = e.scale * e.rest + (e.scale - 1.0f);
    return __builtin_copysignf(-less / (less + 2.0f), x);
}

// For x above 0 and not subnormal.
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
    return (float)k * 0.693359375f + ((float)k * -2.12194440e-4f + log_m);
}
