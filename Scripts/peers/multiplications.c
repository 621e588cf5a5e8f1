// What a core multiplies and adds at most, on one thread: as many multiply-adds as its units take, none of which waits.
// Prints floating-point operations a second as one JSON object, by the median of 15 stretches.
//
// usage: multiplications      cc -O3 -march=native multiplications.c
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { VECTOR_BYTES = 64 };
#else
enum { VECTOR_BYTES = 32 };
#endif
enum { CHAINS = 12, STRETCHES = 15, TURNS = 2000000 };
typedef float vector __attribute__((vector_size(VECTOR_BYTES)));

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Chains enough that two units, which take four cycles each, never wait; by name, so that they stay in registers.
static vector multiply_adds(vector factor, vector term) {
    vector a = term, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
    for (int turn = 0; turn < TURNS; turn++) {
        a = a * factor + term, b = b * factor + term, c = c * factor + term, d = d * factor + term;
        e = e * factor + term, f = f * factor + term, g = g * factor + term, h = h * factor + term;
        i = i * factor + term, j = j * factor + term, k = k * factor + term, l = l * factor + term;
        __asm__("" : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e), "+v"(f));  // the same twelve times is not done once
        __asm__("" : "+v"(g), "+v"(h), "+v"(i), "+v"(j), "+v"(k), "+v"(l));
    }
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

int main(void) {
    vector factor = {0}, term = {0}, all = {0};
    factor += 0.999f, term += 0.001f;
    double rates[STRETCHES];
    for (int stretch = 0; stretch < STRETCHES; stretch++) {
        const double start = now();
        all += multiply_adds(factor, term);
        rates[stretch] = 2.0 * TURNS * CHAINS * (VECTOR_BYTES / sizeof(float)) / (now() - start);
    }
    qsort(rates, STRETCHES, sizeof rates[0], compare);
    printf("{\"operations_per_s\": %.0f, \"sum\": %g}\n", rates[STRETCHES / 2], all[0]);
}
