// Records what a program does to files below a folder, for power cuts to be replayed: preloaded, it writes a line a call to the
// file that RECORD_TO names, of everything below the folder that RECORD_UNDER names.
//
//   cc -shared -fPIC -O2 -o record.so record.c -ldl
//   RECORD_UNDER=/tmp/x RECORD_TO=/tmp/log LD_PRELOAD=./record.so program
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int to = -1;
static char under[4096];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("RECORD_UNDER"), *file = getenv("RECORD_TO");
    if (!folder || !file || !realpath(folder, under)) return;
    to = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// The absolute path of what a call names, with the folder's links followed; whether it is below the folder.
static int find(int at, const char *path, char *full) {
    if (to < 0 || !path) return 0;
    char joined[8192], copy[8192], *slash;
    if (path[0] == '/') {
        snprintf(joined, sizeof joined, "%s", path);
    } else if (at == AT_FDCWD) {
        if (!getcwd(joined, 4096)) return 0;
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "/%s", path);
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        ssize_t length = readlink(link, joined, 4096);
        if (length < 0) return 0;
        snprintf(joined + length, sizeof joined - length, "/%s", path);
    }
    while ((slash = strrchr(joined, '/')) && slash != joined && !slash[1]) *slash = 0;
    snprintf(copy, sizeof copy, "%s", joined);
    slash = strrchr(copy, '/');
    if (!slash) return 0;
    *slash = 0;
    if (!realpath(*copy ? copy : "/", full)) return 0;
    snprintf(full + strlen(full), 4096 - strlen(full), "%s", strrchr(joined, '/'));
    return !strncmp(full, under, strlen(under));
}

static int is_below(int descriptor, struct stat *status) {
    char link[64], path[4096];
    if (to < 0 || descriptor == to || fstat(descriptor, status)) return 0;
    if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, under, strlen(under));
}

static void note(const char *form, ...) {
    int kept = errno;
    char text[16384];
    va_list words;
    va_start(words, form);
    int length = vsnprintf(text, sizeof text, form, words);
    va_end(words);
    pthread_mutex_lock(&lock);
    REAL(write);
    if (real(to, text, length) < 0) abort();
    pthread_mutex_unlock(&lock);
    errno = kept;
}

static void note_bytes(unsigned long inode, long long offset, const unsigned char *bytes, size_t count) {
    int kept = errno;
    char *text = malloc(2 * count + 128);
    if (!text) abort();
    int length = sprintf(text, "write %lu %lld ", inode, offset);
    for (size_t i = 0; i < count; i++) length += sprintf(text + length, "%02x", bytes[i]);
    text[length++] = '\n';
    pthread_mutex_lock(&lock);
    REAL(write);
    if (real(to, text, length) < 0) abort();
    pthread_mutex_unlock(&lock);
    free(text);
    errno = kept;
}

static int opened(int at, const char *path, int flags, int descriptor) {
    struct stat status;
    char full[8192];
    if (descriptor < 0 || to < 0 || !(flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)))) return descriptor;
    if (!is_below(descriptor, &status)) return descriptor;
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        note("new %lu\n", (unsigned long)status.st_ino);
    } else if (find(at, path, full)) {
        note("open %lu %d %s\n", (unsigned long)status.st_ino, !!(flags & O_TRUNC), full);
    }
    return descriptor;
}

#define OPEN(name)                                                                                                             \
    int name(const char *path, int flags, ...) {                                                                               \
        REAL(name);                                                                                                            \
        va_list words;                                                                                                         \
        va_start(words, flags);                                                                                                \
        mode_t mode = va_arg(words, mode_t);                                                                                   \
        va_end(words);                                                                                                         \
        return opened(AT_FDCWD, path, flags, real(path, flags, mode));                                                         \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                           \
    int name(int at, const char *path, int flags, ...) {                                                                       \
        REAL(name);                                                                                                            \
        va_list words;                                                                                                         \
        va_start(words, flags);                                                                                                \
        mode_t mode = va_arg(words, mode_t);                                                                                   \
        va_end(words);                                                                                                         \
        return opened(at, path, flags, real(at, path, flags, mode));                                                           \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(write);
    struct stat status;
    ssize_t written = real(descriptor, bytes, count);
    if (written > 0 && is_below(descriptor, &status)) {
        note_bytes(status.st_ino, lseek(descriptor, 0, SEEK_CUR) - written, bytes, written);
    }
    return written;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    struct stat status;
    if (is_below(descriptor, &status)) {  // nobody does so far
        fprintf(stderr, "record.c: writev is not recorded\n");
        abort();
    }
    REAL(writev);
    return real(descriptor, pieces, count);
}

#define PWRITE(name, type)                                                                                                     \
    ssize_t name(int descriptor, const void *bytes, size_t count, type offset) {                                               \
        REAL(name);                                                                                                            \
        struct stat status;                                                                                                    \
        ssize_t written = real(descriptor, bytes, count, offset);                                                              \
        if (written > 0 && is_below(descriptor, &status)) note_bytes(status.st_ino, offset, bytes, written);                   \
        return written;                                                                                                        \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define WITH_DESCRIPTOR(name, declared, given, text, ...)                                                                      \
    int name declared {                                                                                                        \
        REAL(name);                                                                                                            \
        struct stat status;                                                                                                    \
        int result = real given;                                                                                               \
        if (result == 0 && is_below(descriptor, &status)) note(text, ##__VA_ARGS__);                                           \
        return result;                                                                                                         \
    }
WITH_DESCRIPTOR(
    ftruncate, (int descriptor, off_t length), (descriptor, length), "truncate %lu %lld\n", (unsigned long)status.st_ino,
    (long long)length)
WITH_DESCRIPTOR(
    ftruncate64, (int descriptor, off64_t length), (descriptor, length), "truncate %lu %lld\n", (unsigned long)status.st_ino,
    (long long)length)
WITH_DESCRIPTOR(fsync, (int descriptor), (descriptor), "sync %lu\n", (unsigned long)status.st_ino)
WITH_DESCRIPTOR(fdatasync, (int descriptor), (descriptor), "sync %lu\n", (unsigned long)status.st_ino)
WITH_DESCRIPTOR(syncfs, (int descriptor), (descriptor), "syncall\n")

int linkat(int from, const char *old, int at, const char *new, int flags) {
    REAL(linkat);
    struct stat status;
    char full[8192];
    int result = real(from, old, at, new, flags);
    if (result == 0 && find(at, new, full) && !lstat(full, &status)) {
        note("link %lu %s\n", (unsigned long)status.st_ino, full);
    }
    return result;
}

static int renamed(int result, int from, const char *old, int at, const char *new) {
    char was[8192], is[8192];
    if (result == 0 && find(from, old, was) && find(at, new, is)) note("rename %s\t%s\n", was, is);
    return result;
}

int rename(const char *old, const char *new) {
    REAL(rename);
    return renamed(real(old, new), AT_FDCWD, old, AT_FDCWD, new);
}

int renameat(int from, const char *old, int at, const char *new) {
    REAL(renameat);
    return renamed(real(from, old, at, new), from, old, at, new);
}

static int removed(int result, int at, const char *path) {
    char full[8192];
    if (result == 0 && find(at, path, full)) note("unlink %s\n", full);
    return result;
}

int unlink(const char *path) {
    REAL(unlink);
    return removed(real(path), AT_FDCWD, path);
}

int unlinkat(int at, const char *path, int flags) {
    REAL(unlinkat);
    return removed(real(at, path, flags), at, path);
}

static int made(int result, int at, const char *path) {
    char full[8192];
    struct stat status;
    if (result == 0 && find(at, path, full) && !stat(full, &status)) {
        note("mkdir %lu %s\n", (unsigned long)status.st_ino, full);
    }
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return made(real(path, mode), AT_FDCWD, path);
}

int mkdirat(int at, const char *path, mode_t mode) {
    REAL(mkdirat);
    return made(real(at, path, mode), at, path);
}
