// Linux calls that Swift does not import: variadic ones, and those whose names the headers hide from some compilers.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <linux/memfd.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

static inline const char *linux_libc_version(void) { return gnu_get_libc_version(); }

// Whether something that was printed could not be written. (stdout is a variable, which Swift can't share.)
static inline int linux_output_has_failed(void) { return ferror(stdout) != 0; }

// prctl is variadic, which Swift does not import.
// (Of a thread that is not the first, it is that one's name.)
static inline int linux_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
static inline int linux_signal_on_parent_death(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

// The number by which the system knows the calling thread.
static inline int linux_thread_number(void) { return (int)syscall(SYS_gettid); }

// Threads that libraries start have a stack of `bytes` at least, however small a limit (`ulimit -s`) this process has.
static inline void linux_widen_threads(size_t bytes) {
    pthread_attr_t attributes;
    size_t size = 0;
    if (pthread_getattr_default_np(&attributes) != 0) return;
    if (pthread_attr_getstacksize(&attributes, &size) == 0 && size < bytes &&
        pthread_attr_setstacksize(&attributes, bytes) == 0)
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

// Whether this process ignores a signal. (SIG_IGN is a cast that Swift can't compare with.)
static inline int linux_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, 0, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN;
}

// From now on a signal of `signals` ends the process at once, with exit code 128 and its number, whatever its threads
// do. What comes within `grace_ms` is taken for the echo of what came before: `timeout` and terminals send twice.
void linux_end_on_next(const int *signals, int count, long grace_ms);

// The kind of the file system that a path lies on, as statfs(2) numbers them; 0 where it does not say.
static inline long linux_file_system_kind(const char *path) {
    struct statfs system;
    return statfs(path, &system) == 0 ? (long)system.f_type : 0;
}

// The two parts of a disk's number, as stat(2) gives it.
static inline unsigned linux_disk_major(unsigned long number) { return major(number); }
static inline unsigned linux_disk_minor(unsigned long number) { return minor(number); }

// Has the disk take a file's bytes from `offset` on, without waiting for it. What goes wrong there, fsync says.
static inline void linux_start_writing(int file, long offset, long count) {
    const int write = 2;  // SYNC_FILE_RANGE_WRITE, which fcntl.h hides from some compilers
    syscall(SYS_sync_file_range, file, offset, count, write);
}

// Brings everything that a file's file system still has to write to the disk: 0, or -1 with errno.
static inline int linux_sync_file_system(int file) { return (int)syscall(SYS_syncfs, file); }

// The seals that keep a memory file as long as it is (fcntl.h hides their names from some compilers).
enum { LINUX_ADD_SEALS = 1033, LINUX_GET_SEALS = 1034, LINUX_SEAL_SIZE = 0x1 | 0x2 | 0x4 };

// A memory file of `size` bytes that nobody can make longer or shorter: its descriptor, or -1 with errno.
static inline int linux_make_memory_file(const char *name, long size) {
    int file = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    if (ftruncate(file, size) == 0 && fcntl(file, LINUX_ADD_SEALS, LINUX_SEAL_SIZE) == 0) return file;
    close(file);
    return -1;
}

// Another process's memory file, to be read and perhaps written to: a descriptor of our own, or -1 when there is none
// of this size with these seals.
static inline int linux_open_memory_file(int process, int descriptor, long size, int is_written_to) {
    char path[64];
    struct stat state;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, descriptor);
    if (stat(path, &state) != 0 || !S_ISREG(state.st_mode) || state.st_size != size) return -1;
    int file = open(path, (is_written_to ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (file < 0) return -1;
    if (fcntl(file, LINUX_GET_SEALS) == LINUX_SEAL_SIZE && fstat(file, &state) == 0 && state.st_size == size)
        return file;
    close(file);
    return -1;
}

// More processors than any machine has: the kernel refuses a mask with less room than its own.
enum { LINUX_PROCESSOR_LIMIT = 8192 };
typedef struct {
    unsigned long bits[LINUX_PROCESSOR_LIMIT / (8 * sizeof(unsigned long))];
} linux_processors;

// Lists the processors that this process may run on, in order, and returns how many they are: none where the kernel
// does not say. (It counts them from 0.)
static inline int linux_allowed_processors(int processors[LINUX_PROCESSOR_LIMIT]) {
    linux_processors allowed = {{0}};
    const int bits = 8 * sizeof(unsigned long);
    int count = 0;
    if (sched_getaffinity(getpid(), sizeof allowed, (cpu_set_t *)allowed.bits) != 0) return 0;
    for (int i = 0; i < LINUX_PROCESSOR_LIMIT; i++)
        if (allowed.bits[i / bits] >> i % bits & 1) processors[count++] = i;
    return count;
}

// Keeps the calling thread, and those that it will start, on some processors.
static inline int linux_stay_on(const int *processors, int count) {
    linux_processors some = {{0}};
    const int bits = 8 * sizeof(unsigned long);
    for (int i = 0; i < count; i++) {
        if (processors[i] < 0 || processors[i] >= LINUX_PROCESSOR_LIMIT) return -1;
        some.bits[processors[i] / bits] |= 1ul << processors[i] % bits;
    }
    return sched_setaffinity(0, sizeof some, (const cpu_set_t *)some.bits);
}
