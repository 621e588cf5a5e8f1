#include "text.h"

#include <stdbool.h>
#include <string.h>

#include "clones.h"

// As CLONES, with the bit operations that came with AVX2 and the byte operations that came after AVX-512's first part.
#define TEXT_CLONES CLONES_OF("arch=x86-64-v4", "arch=x86-64-v3", "default")
#define INLINE static inline __attribute__((always_inline))
#pragma clang diagnostic ignored "-Wpsabi"  // how vectors are passed, to functions that are never called but inlined

typedef uint8_t bytes32 __attribute__((ext_vector_type(32)));
typedef bool flags32 __attribute__((ext_vector_type(32)));
typedef uint16_t counts32 __attribute__((ext_vector_type(32)));
typedef uint32_t words8 __attribute__((ext_vector_type(8)));
typedef int32_t ints8 __attribute__((ext_vector_type(8)));
typedef float floats8 __attribute__((ext_vector_type(8)));

// What the bytes of a block are, a bit each, from the lowest.
typedef struct {
    uint64_t digits, blanks, newlines;
} classes;

INLINE uint64_t bits_of(flags32 low, flags32 high) {
    uint32_t halves[2];
    memcpy(&halves[0], &low, sizeof halves[0]);
    memcpy(&halves[1], &high, sizeof halves[1]);
    return halves[0] | (uint64_t)halves[1] << 32;
}

INLINE flags32 are(bytes32 bytes, char wanted) {
    return __builtin_convertvector(bytes == (bytes32)(uint8_t)wanted, flags32);
}

INLINE flags32 are_digits(bytes32 bytes) {
    return __builtin_convertvector(bytes - (bytes32)(uint8_t)'0' < (bytes32)(uint8_t)10, flags32);
}

INLINE flags32 are_blanks(bytes32 bytes) { return are(bytes, ' ') | are(bytes, '\t') | are(bytes, '\r'); }

INLINE classes classify(const uint8_t *block) {
    bytes32 low, high;
    memcpy(&low, block, sizeof low);
    memcpy(&high, block + sizeof low, sizeof high);
    return (classes){
        .digits = bits_of(are_digits(low), are_digits(high)),
        .blanks = bits_of(are_blanks(low), are_blanks(high)),
        .newlines = bits_of(are(low, '\n'), are(high, '\n')),
    };
}

// Eight numbers from the four bytes before the end of each.
INLINE floats8 numbers(words8 words) {
    words8 values = words ^ 0x30303030u;  // a digit becomes 0 to 9, anything else 10 to 255
    words8 others = (((values & 0x7f7f7f7fu) + 0x76767676u) | values) & 0x80808080u;
    others |= others >> 8;  // what stands before a byte that is no digit is not of this number
    others |= others >> 16;
    values &= ~(others | (others - (others >> 7)));
    values = (values * 10 + (values >> 8)) & 0x00ff00ffu;  // the first digit is in the lowest byte
    values = (values * 100 + (values >> 16)) & 0xffffu;
    return __builtin_convertvector((ints8)values, floats8);
}

// Puts the four bytes before each end into `words`: 32 words, of which those beyond the number of ends are anything.
INLINE void gather(void *words, const uint8_t *block, uint64_t ends) {
    for (size_t i = 0; i < TEXT_BLOCK_BYTES / 2; i++) {
        memcpy((char *)words + 4 * i, block + __builtin_ctzg(ends, TEXT_BLOCK_BYTES) - 4, 4);
        ends &= ends - 1;
    }
}

INLINE void convert(float *values, size_t count) {
    words8 words = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        memcpy(&words, values + i, sizeof words);
        floats8 converted = numbers(words);
        memcpy(values + i, &converted, sizeof converted);
    }
    memcpy(&words, values + i, 4 * (count - i));
    floats8 converted = numbers(words);
    memcpy(values + i, &converted, 4 * (count - i));
}

TEXT_CLONES size_t kernel_read_counts(float *values, size_t count, const uint8_t **text, const uint8_t *end) {
    size_t done = 0;
    uint64_t before = 0;  // the digits of the block before
    for (const uint8_t *block = *text; done < count && block < end; block += TEXT_BLOCK_BYTES) {
        classes bytes = classify(block);
        uint64_t digits = bytes.digits, after_digit = digits << 1 | before >> 63;
        uint64_t fifth = digits & after_digit & (digits << 2 | before >> 62) & (digits << 3 | before >> 61)
                         & (digits << 4 | before >> 60);
        uint64_t inside = end - block < TEXT_BLOCK_BYTES ? (1ull << (end - block)) - 1 : ~0ull;
        uint64_t stops = ~(digits | bytes.blanks) | fifth | ~inside;
        uint64_t until_stop = stops ^ (stops - 1);  // with the first stop itself, which may be a newline
        uint64_t ends = (bytes.blanks | bytes.newlines) & after_digit & until_stop & inside;
        size_t found = (size_t)__builtin_popcountll(ends);
        if (count - done >= TEXT_BLOCK_BYTES / 2) {
            gather(values + done, block, ends);
        } else {
            uint32_t words[TEXT_BLOCK_BYTES / 2];
            gather(words, block, ends);
            uint64_t surplus = ends;
            for (size_t i = 0; i < count - done; i++) surplus &= surplus - 1;
            ends ^= surplus;
            found = found < count - done ? found : count - done;
            memcpy(values + done, words, 4 * found);
        }
        done += found;
        if (ends) *text = block + 63 - __builtin_clzll(ends);
        if (stops) break;
        before = digits;
    }
    convert(values, done);
    return done;
}

TEXT_CLONES size_t kernel_count_bytes(const uint8_t *bytes, size_t count, uint8_t wanted) {
    size_t found = 0;
    while (count > 0) {
        size_t some = count < 255 * 32 ? count : 255 * 32;  // a sum of one byte for each of 32 places
        bytes32 sums = 0;
        size_t i = 0;
#pragma clang loop unroll_count(4)
        for (; i + 32 <= some; i += 32) {
            bytes32 block;
            memcpy(&block, bytes + i, sizeof block);
            sums -= (bytes32)(block == (bytes32)wanted);
        }
        found += __builtin_reduce_add(__builtin_convertvector(sums, counts32));
        for (; i < some; i++) found += bytes[i] == wanted;
        bytes += some;
        count -= some;
    }
    return found;
}
