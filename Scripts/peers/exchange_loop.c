// The least that an exchange through one libzmq ROUTER can cost: each of W worker processes sends P bytes, the coordinator
// adds them up as floats and sends P bytes back to each. Prints microseconds a round as one JSON object.
//
// usage: exchange_loop ENDPOINT BYTES WORKERS ROUNDS [serve|work]      cc -O3 -march=native exchange_loop.c -lzmq
// With a last word it is the coordinator alone or one worker, for workers on other hosts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { WARM_UP = 20, MOST_WORKERS = 64, IDENTITY_BYTES = 64 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void keep(void *data, void *hint) { (void)data, (void)hint; }

static void send_block(void *socket, float *block, size_t bytes) {
    zmq_msg_t message;
    zmq_msg_init_data(&message, block, bytes, keep, NULL);
    zmq_msg_send(&message, socket, 0);
}

static void work(const char *endpoint, size_t bytes, int rounds) {
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_DEALER);
    float *gradient = calloc(1, bytes), *parameters = calloc(1, bytes);
    zmq_connect(socket, endpoint);
    for (int round = 0; round < rounds; round++) {
        zmq_msg_t reply;
        send_block(socket, gradient, bytes);
        zmq_msg_init(&reply);
        zmq_msg_recv(&reply, socket, 0);
        memcpy(parameters, zmq_msg_data(&reply), bytes);
        zmq_msg_close(&reply);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    _exit(0);
}

int main(int count, char **words) {
    if (count < 5 || count > 6)
        return fprintf(stderr, "usage: %s ENDPOINT BYTES WORKERS ROUNDS [serve|work]\n", words[0]), 2;
    const char *role = count == 6 ? words[5] : "";
    const size_t bytes = strtoul(words[2], NULL, 10) / 4 * 4;
    const int workers = atoi(words[3]), rounds = atoi(words[4]) + WARM_UP;
    if (workers < 1 || workers > MOST_WORKERS || rounds <= WARM_UP || bytes == 0) return 2;
    if (strcmp(role, "work") == 0) work(words[1], bytes, rounds);
    for (int i = 0; i < workers && strcmp(role, "serve") != 0; i++)
        if (fork() == 0) work(words[1], bytes, rounds);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_ROUTER);
    if (zmq_bind(socket, words[1]) != 0) return perror(words[1]), 1;
    float *sum = aligned_alloc(64, (bytes + 63) / 64 * 64);
    char identities[MOST_WORKERS][IDENTITY_BYTES];
    int lengths[MOST_WORKERS];
    double start = 0;
    for (int round = 0; round < rounds; round++) {
        if (round == WARM_UP) start = now();
        memset(sum, 0, bytes);
        for (int i = 0; i < workers; i++) {
            zmq_msg_t message;
            lengths[i] = zmq_recv(socket, identities[i], IDENTITY_BYTES, 0);
            zmq_msg_init(&message);
            zmq_msg_recv(&message, socket, 0);
            const float *gradient = zmq_msg_data(&message);
            for (size_t j = 0; j < bytes / 4; j++) sum[j] += gradient[j];
            zmq_msg_close(&message);
        }
        for (int i = 0; i < workers; i++) {
            zmq_send(socket, identities[i], lengths[i], ZMQ_SNDMORE);
            send_block(socket, sum, bytes);
        }
    }
    printf("{\"round_us\": %.0f}\n", (now() - start) / (rounds - WARM_UP) * 1e6);
    zmq_close(socket);
    zmq_ctx_term(context);
    while (wait(NULL) > 0) {}
}
