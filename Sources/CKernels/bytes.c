#include "bytes.h"

#include <string.h>

#include "clones.h"
#include "draws-inline.h"

// Powers of two with these exponents are normal floats, and so are 127 times them.
enum { least_exponent = -126, greatest_exponent = 121 };

static inline float power_of_two(int exponent) {
    const uint32_t bits = (uint32_t)(exponent + 127) << 23;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t magnitude_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffffu;
}

// The bits of the largest magnitude, whose order is that of the magnitudes.
static inline uint32_t largest(const float *x, size_t count) {
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t magnitude = magnitude_of(x[i]);
        found = magnitude > found ? magnitude : found;
    }
    return found;
}

// The exponent of the smallest power of two that the largest magnitude is at most 127 times of: 127 is 1.984375 x 2^6.
static inline int exponent_of(uint32_t largest) {
    const int floor = (int)(largest >> 23) - 127;
    const int exponent = floor - 6 + ((largest & 0x7fffffu) > 0x7e0000u);
    return exponent < least_exponent ? least_exponent : exponent > greatest_exponent ? greatest_exponent : exponent;
}

// The nearest whole number below or at x, for magnitudes below 2^22: floor without a library.
static inline float below(float x) {
    const float whole = (float)(int32_t)x;
    return whole > x ? whole - 1 : whole;
}

static inline void round_block(float *x, size_t first, size_t count, rounding_draws draws) {
    const uint32_t magnitude = largest(x, count);
    if (magnitude >= 0x7f800000u) return;
    const int exponent = exponent_of(magnitude);
    const float unit = power_of_two(exponent), inverse = power_of_two(-exponent);
    for (size_t i = 0; i < count; i++) {
        const float draw = (float)rounding_draw((uint32_t)(first + i), draws) * 0x1p-16f;
        float whole = below(x[i] * inverse + draw);
        whole = whole > 127 ? 127 : whole < -127 ? -127 : whole;
        x[i] = whole * unit;
    }
}

size_t kernel_byte_size(size_t count) { return count + (count + kernel_byte_block - 1) / kernel_byte_block; }

CLONES void kernel_byte_round(float *x, size_t count, rounding_draws draws) {
    for (size_t i = 0; i < count; i += kernel_byte_block)
        round_block(x + i, i, count - i < kernel_byte_block ? count - i : kernel_byte_block, draws);
}

CLONES void kernel_byte_add_round(float *restrict sum, const float *restrict x, size_t count, rounding_draws draws) {
    for (size_t i = 0; i < count; i += kernel_byte_block) {
        const size_t length = count - i < kernel_byte_block ? count - i : kernel_byte_block;
        for (size_t k = 0; k < length; k++) sum[i + k] += x[i + k];
        round_block(sum + i, i, length, draws);
    }
}

CLONES void kernel_byte_pack(uint8_t *restrict bytes, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i += kernel_byte_block) {
        const size_t length = count - i < kernel_byte_block ? count - i : kernel_byte_block;
        const int exponent = exponent_of(largest(x + i, length));
        const float inverse = power_of_two(-exponent);
        *bytes++ = (uint8_t)(exponent + 128);
        for (size_t k = 0; k < length; k++) {
            const float whole = x[i + k] * inverse;
            bytes[k] = (uint8_t)(int8_t)(whole >= -127 && whole <= 127 ? (int32_t)whole : 0);
        }
        bytes += length;
    }
}

CLONES void kernel_byte_unpack(float *restrict x, const uint8_t *restrict bytes, size_t count) {
    for (size_t i = 0; i < count; i += kernel_byte_block) {
        const size_t length = count - i < kernel_byte_block ? count - i : kernel_byte_block;
        // Whatever byte comes, the power is one of a float.
        const int given = (int)*bytes++ - 128;
        const float unit = power_of_two(given < least_exponent ? least_exponent
                                                               : given > greatest_exponent ? greatest_exponent : given);
        for (size_t k = 0; k < length; k++) {
            const int8_t whole = (int8_t)bytes[k];
            x[i + k] = (float)(whole < -127 ? -127 : whole) * unit;  // no packer writes -128
        }
        bytes += length;
    }
}
