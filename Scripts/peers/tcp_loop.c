// The least that an exchange over plain TCP can cost: W workers send P bytes, the coordinator adds them up as floats once all
// are there, and sends P bytes back to each. Prints microseconds a round as one JSON object.
//
// usage: tcp_loop serve|work ADDRESS PORT BYTES WORKERS ROUNDS      cc -O3 -march=native tcp_loop.c
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP = 20, MOST_WORKERS = 64, TRIES = 200 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void send_whole(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, 0);
        if (sent <= 0) perror("send"), exit(1);
        bytes += sent, count -= sent;
    }
}

static void receive_whole(int socket, char *bytes, size_t count) {
    while (count > 0) {
        ssize_t came = recv(socket, bytes, count, 0);
        if (came <= 0) perror("recv"), exit(1);
        bytes += came, count -= came;
    }
}

static int without_delay(int socket) {
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket;
}

static void work(struct sockaddr_in there, size_t bytes, int rounds) {
    int connection = -1;
    for (int i = 0; i < TRIES && connection < 0; i++) {
        connection = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connection, (struct sockaddr *)&there, sizeof there) == 0) break;
        close(connection), connection = -1;
        usleep(50000);
    }
    if (connection < 0) perror("connect"), exit(1);
    without_delay(connection);
    char *gradient = calloc(1, bytes), *parameters = calloc(1, bytes);
    for (int round = 0; round < rounds; round++) {
        send_whole(connection, gradient, bytes);
        receive_whole(connection, parameters, bytes);
    }
}

static void serve(struct sockaddr_in here, size_t bytes, int workers, int rounds) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, connections[MOST_WORKERS];
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, workers) != 0)
        perror("bind"), exit(1);
    for (int i = 0; i < workers; i++) connections[i] = without_delay(accept(listener, NULL, NULL));
    float *sum = calloc(1, bytes), *gradient = calloc(1, bytes);
    double start = 0;
    for (int round = 0; round < rounds; round++) {
        if (round == WARM_UP) start = now();
        memset(sum, 0, bytes);
        for (int i = 0; i < workers; i++) {
            receive_whole(connections[i], (char *)gradient, bytes);
            for (size_t j = 0; j < bytes / 4; j++) sum[j] += gradient[j];
        }
        for (int i = 0; i < workers; i++) send_whole(connections[i], (const char *)sum, bytes);
    }
    printf("{\"round_us\": %.0f}\n", (now() - start) / (rounds - WARM_UP) * 1e6);
}

int main(int count, char **words) {
    if (count != 7) return fprintf(stderr, "usage: %s serve|work ADDRESS PORT BYTES WORKERS ROUNDS\n", words[0]), 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[3]))};
    const size_t bytes = strtoul(words[4], NULL, 10) / 4 * 4;
    const int workers = atoi(words[5]), rounds = atoi(words[6]) + WARM_UP;
    if (inet_pton(AF_INET, words[2], &address.sin_addr) != 1 || bytes == 0 || workers < 1 || workers > MOST_WORKERS)
        return 2;
    if (strcmp(words[1], "serve") == 0)
        serve(address, bytes, workers, rounds);
    else
        work(address, bytes, rounds);
}
