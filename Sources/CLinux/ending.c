#include "CLinux.h"

#include <time.h>

static _Atomic long long until;

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// Calls nothing but what a handler may.
static void on_next(int signal) {
    if (now_ns() >= until) _exit(128 + signal);
}

void linux_end_on_next(const int *signals, int count, long grace_ms) {
    until = now_ns() + grace_ms * 1000000LL;
    struct sigaction action = {.sa_handler = on_next, .sa_flags = SA_RESTART};
    sigset_t set;
    sigemptyset(&set);
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < count; i++) {
        sigaction(signals[i], &action, 0);
        sigaddset(&set, signals[i]);
    }
    pthread_sigmask(SIG_UNBLOCK, &set, 0);
}
