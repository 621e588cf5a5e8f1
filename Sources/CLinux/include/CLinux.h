// Linux calls that Swift does not import: variadic ones, and those whose names the headers hide from some compilers.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <linux/memfd.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl is variadic, which Swift does not import.
static inline int linux_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
static inline int linux_signal_on_parent_death(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

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

// Another process's memory file: a descriptor of our own, or -1 when there is none of this size with these seals.
static inline int linux_open_memory_file(int process, int descriptor, long size) {
    char path[64];
    struct stat state;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, descriptor);
    if (stat(path, &state) != 0 || !S_ISREG(state.st_mode) || state.st_size != size) return -1;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return -1;
    if (fcntl(file, LINUX_GET_SEALS) == LINUX_SEAL_SIZE && fstat(file, &state) == 0 && state.st_size == size)
        return file;
    close(file);
    return -1;
}

// Whether this process may run on a processor. (The kernel counts processors from 0; no mask here has more than 1024.)
static inline int linux_may_run_on(int processor) {
    cpu_set_t allowed;
    return processor >= 0 && processor < CPU_SETSIZE && sched_getaffinity(getpid(), sizeof allowed, &allowed) == 0 &&
           CPU_ISSET(processor, &allowed);
}

// Keeps the calling thread, and those that it will start, on some processors.
static inline int linux_stay_on(const int *processors, int count) {
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int i = 0; i < count; i++) CPU_SET(processors[i], &some);
    return sched_setaffinity(0, sizeof some, &some);
}
