// What `dnnl_sgemm` alone takes for the products of one training step of a network with one hidden layer, on one thread.
// Prints rows a second as one JSON object, by the median of 15 stretches.
//
// usage: OMP_NUM_THREADS=1 products ROWS INPUTS HIDDEN CLASSES      cc -O2 products.c -ldnnl
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static float *block(size_t count) {
    float *values = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    for (size_t i = 0; i < count; i++) values[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    return values;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **words) {
    if (count != 5) return fprintf(stderr, "usage: %s ROWS INPUTS HIDDEN CLASSES\n", words[0]), 2;
    const long b = atol(words[1]), i = atol(words[2]), h = atol(words[3]), c = atol(words[4]);
    float *x = block(b * i), *w1 = block(i * h), *y = block(b * h), *w2 = block(h * c), *z = block(b * c);
    float *dy = block(b * h), *g1 = block(i * h), *g2 = block(h * c);
    enum { STRETCHES = 15, STEPS = 100 };
    double times[STRETCHES];
    for (int stretch = 0; stretch < STRETCHES; stretch++) {
        const double start = now();
        for (int step = 0; step < STEPS; step++) {
            dnnl_sgemm('N', 'N', b, h, i, 1, x, i, w1, h, 0, y, h);
            dnnl_sgemm('N', 'N', b, c, h, 1, y, h, w2, c, 0, z, c);
            dnnl_sgemm('T', 'N', h, c, b, 1, y, h, z, c, 0, g2, c);
            dnnl_sgemm('N', 'T', b, h, c, 1, z, c, w2, c, 0, dy, h);
            dnnl_sgemm('T', 'N', i, h, b, 1, x, i, dy, h, 0, g1, h);
        }
        times[stretch] = (now() - start) / STEPS;
    }
    qsort(times, STRETCHES, sizeof times[0], compare);
    printf("{\"samples_per_s\": %.0f}\n", b / times[STRETCHES / 2]);
}
