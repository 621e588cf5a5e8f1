// One step of training a network with one hidden layer: `dnnl_sgemm` for its products, plain loops for the rest, Adam,
// rows that lie ready side by side. About what a core can do without a program around it. With PROCESSES as many run at
// once. Prints rows a second of all of them and the microseconds that a gradient takes as one JSON object, by the medians
// of 15 stretches.
//
// usage: OMP_NUM_THREADS=1 step ROWS INPUTS HIDDEN CLASSES [PROCESSES]
//        cc -O3 -march=native -ffast-math step.c -ldnnl -lm
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES = 8192, STRETCHES = 15, STEPS = 60, MOST_PROCESSES = 64 };

struct result {
    double step, gradient;  // seconds
};

// Sizes, and the parts of a vector of parameters or of a gradient.
struct network {
    long rows, inputs, hidden, classes;
};

struct parts {
    float *w1, *b1, *w2, *b2;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static float *block(size_t count, float range) {
    float *values = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    if (values == NULL) exit(1);
    for (size_t i = 0; i < count; i++) values[i] = ((float)rand() / (float)RAND_MAX - 0.5f) * range;
    return values;
}

static struct parts parts(struct network n, float *vector) {
    float *b1 = vector + n.inputs * n.hidden, *w2 = b1 + n.hidden;
    return (struct parts){vector, b1, w2, w2 + n.hidden * n.classes};
}

// The loss's gradient at the outputs of one row, in place of these.
static void cross_entropy(float *outputs, long classes, int label, float share) {
    float largest = outputs[0], sum = 0;
    for (long c = 1; c < classes; c++) largest = outputs[c] > largest ? outputs[c] : largest;
    for (long c = 0; c < classes; c++) sum += outputs[c] = expf(outputs[c] - largest);
    for (long c = 0; c < classes; c++) outputs[c] = (outputs[c] / sum - (c == label)) * share;
}

static void gradient(
    struct network n, struct parts p, struct parts g, const float *x, const int *labels, float *y, float *z, float *dy) {
    const long b = n.rows, i = n.inputs, h = n.hidden, c = n.classes;
    dnnl_sgemm('N', 'N', b, h, i, 1, x, i, p.w1, h, 0, y, h);
    for (long row = 0; row < b; row++)
        for (long unit = 0; unit < h; unit++) y[row * h + unit] = fmaxf(y[row * h + unit] + p.b1[unit], 0);
    dnnl_sgemm('N', 'N', b, c, h, 1, y, h, p.w2, c, 0, z, c);
    memset(g.b1, 0, h * sizeof(float));
    memset(g.b2, 0, c * sizeof(float));
    for (long row = 0; row < b; row++) {
        for (long k = 0; k < c; k++) z[row * c + k] += p.b2[k];
        cross_entropy(z + row * c, c, labels[row], 1 / (float)b);
        for (long k = 0; k < c; k++) g.b2[k] += z[row * c + k];
    }
    dnnl_sgemm('T', 'N', h, c, b, 1, y, h, z, c, 0, g.w2, c);
    dnnl_sgemm('N', 'T', b, h, c, 1, z, c, p.w2, c, 0, dy, h);
    for (long row = 0; row < b; row++)
        for (long unit = 0; unit < h; unit++) {
            const float d = y[row * h + unit] > 0 ? dy[row * h + unit] : 0;
            dy[row * h + unit] = d;
            g.b1[unit] += d;
        }
    dnnl_sgemm('T', 'N', i, h, b, 1, x, i, dy, h, 0, g.w1, h);
}

static void adam(float *p, const float *g, float *m, float *v, long count, int step) {
    const float first = 1 / (1 - powf(0.9f, step)), second = 1 / (1 - powf(0.999f, step));
    for (long i = 0; i < count; i++) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        p[i] -= 1e-3f * m[i] * first / (sqrtf(v[i] * second) + 1e-8f);
    }
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct result train(struct network n) {
    const long count = n.inputs * n.hidden + n.hidden + n.hidden * n.classes + n.classes;
    float *samples = block(SAMPLES * n.inputs, 1), *p = block(count, 0.05f), *g = block(count, 0);
    float *m = block(count, 0), *v = block(count, 0);
    float *y = block(n.rows * n.hidden, 0), *z = block(n.rows * n.classes, 0), *dy = block(n.rows * n.hidden, 0);
    static int labels[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) labels[i] = rand() % n.classes;
    double steps[STRETCHES], gradients[STRETCHES];
    for (int stretch = -1, step = 0; stretch < STRETCHES; stretch++) {  // the first is to warm up
        const double start = now();
        double computing = 0;
        for (int i = 0; i < STEPS; i++, step++) {
            const long first = step * n.rows % (SAMPLES - n.rows + 1);
            const double before = now();
            gradient(n, parts(n, p), parts(n, g), samples + first * n.inputs, labels + first, y, z, dy);
            computing += now() - before;
            adam(p, g, m, v, count, step + 1);
        }
        if (stretch >= 0) steps[stretch] = (now() - start) / STEPS, gradients[stretch] = computing / STEPS;
    }
    qsort(steps, STRETCHES, sizeof steps[0], compare);
    qsort(gradients, STRETCHES, sizeof gradients[0], compare);
    return (struct result){steps[STRETCHES / 2], gradients[STRETCHES / 2]};
}

int main(int count, char **words) {
    if (count < 5 || count > 6)
        return fprintf(stderr, "usage: %s ROWS INPUTS HIDDEN CLASSES [PROCESSES]\n", words[0]), 2;
    const struct network n = {atol(words[1]), atol(words[2]), atol(words[3]), atol(words[4])};
    const int processes = count == 6 ? atoi(words[5]) : 1;
    if (n.rows < 1 || n.rows > SAMPLES || n.inputs < 1 || n.hidden < 1 || n.classes < 1) return 2;
    if (processes < 1 || processes > MOST_PROCESSES) return 2;
    const int shared = MAP_SHARED | MAP_ANONYMOUS;
    struct result *results = mmap(NULL, processes * sizeof *results, PROT_READ | PROT_WRITE, shared, -1, 0);
    if (results == MAP_FAILED) return perror("mmap"), 1;
    int failed = 0, status;
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child == 0) results[i] = train(n), _exit(0);
        failed |= child < 0;
    }
    while (wait(&status) > 0) failed |= status != 0;
    if (failed) return fprintf(stderr, "%s: a process failed\n", words[0]), 1;
    double rate = 0, time = 0;
    for (int i = 0; i < processes; i++) rate += n.rows / results[i].step, time += results[i].gradient / processes;
    printf("{\"samples_per_s\": %.0f, \"gradient_us\": %.1f}\n", rate, 1e6 * time);
}
