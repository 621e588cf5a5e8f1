#include "mappings.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The handler may look at the list at any moment, on any thread: an entry is never taken out of it, but used again.
struct linux_mapping {
    linux_mapping *next;
    atomic_bool is_used, is_torn;
    atomic_uintptr_t start, end;  // whole pages; nothing lies between them while the entry is free
};

static _Atomic(linux_mapping *) first;
static uintptr_t page_bytes;
static struct sigaction before;

static linux_mapping *mapping_of(uintptr_t place) {
    for (linux_mapping *m = atomic_load(&first); m; m = m->next) {
        const uintptr_t end = atomic_load(&m->end), start = atomic_load(&m->start);
        // An entry that is used again has no end before it has another start.
        if (place >= start && place < end && atomic_load(&m->end) == end) return m;
    }
    return NULL;
}

static void hand_on(int number, siginfo_t *info, void *context) {
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(number);
    } else if (before.sa_handler == SIG_DFL || info->si_code > 0) {
        // What faulted faults again, and what was sent is sent again: the process ends as it would have.
        signal(number, SIG_DFL);
        if (info->si_code <= 0) raise(number);
    }
}

// Calls nothing but system calls that take no lock.
static void on_bus_error(int number, siginfo_t *info, void *context) {
    const int error = errno;
    const uintptr_t place = (uintptr_t)info->si_addr;
    linux_mapping *m = info->si_code > 0 ? mapping_of(place) : NULL;  // others were sent by a process and have no place
    if (m) {
        atomic_store(&m->is_torn, true);  // before anybody can read the zeros
        // Down to the end: where one page is gone the next ones are, and what was read is thrown away in any case.
        const uintptr_t page = place & ~(page_bytes - 1);
        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (mmap((void *)page, atomic_load(&m->end) - page, PROT_READ, flags, -1, 0) == MAP_FAILED) m = NULL;
    }
    if (!m) hand_on(number, info, context);
    errno = error;
}

static int installing;

static void install(void) {
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    installing = sigaction(SIGBUS, &action, &before) == 0 ? 0 : errno;
}

int linux_outlive_cuts(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
    errno = installing;
    return installing == 0 ? 0 : -1;
}

static linux_mapping *free_entry(void) {
    for (linux_mapping *m = atomic_load(&first); m; m = m->next) {
        bool is_used = false;
        if (atomic_compare_exchange_strong(&m->is_used, &is_used, true)) return m;
    }
    linux_mapping *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    atomic_store(&made->is_used, true);
    made->next = atomic_load(&first);
    while (!atomic_compare_exchange_weak(&first, &made->next, made)) {}
    return made;
}

linux_mapping *linux_watch_mapping(const void *start, size_t byte_count) {
    linux_mapping *m = free_entry();
    if (!m) return NULL;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)start;
    atomic_store(&m->is_torn, false);
    atomic_store(&m->start, from);
    atomic_store(&m->end, (from + byte_count + page - 1) & ~(page - 1));
    return m;
}

void linux_forget_mapping(linux_mapping *mapping) {
    atomic_store(&mapping->end, 0);
    atomic_store(&mapping->is_used, false);
}

bool linux_is_torn(const linux_mapping *mapping) { return atomic_load(&mapping->is_torn); }
