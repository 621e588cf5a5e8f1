// A link with a delay, for kernels without netem: makes a TAP device in each of two network namespaces and carries frames
// between them, in order, each DELAY microseconds after it came. Several links may be given; one process serves them all.
// Prints "ready" once the devices are there; ends with its parent.
//
// usage: link_delay DELAY NAMESPACE DEVICE NAMESPACE DEVICE [...]      cc -O2 link_delay.c
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

// A frame may be a whole TCP segment of 64 KiB, as the sender's offload makes them; WAITING holds 5 ms of 1 Gbit/s often.
enum { FRAME_BYTES = 68 << 10, WAITING = 2048, MOST_LINKS = 32, AT_ONCE = 32 };

struct frame {
    uint64_t due;
    size_t bytes;
    char *content;
};

// One end: frames that were read there wait here for the other end.
struct end {
    int tap;
    unsigned first, last;
    struct frame waiting[WAITING];
};

static uint64_t nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int make_tap(const char *space, const char *device) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", space);
    int there = open(path, O_RDONLY | O_CLOEXEC);
    if (there < 0 || setns(there, CLONE_NEWNET) != 0) return perror(path), -1;
    close(there);
    int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0) return perror("/dev/net/tun"), -1;
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
    if (ioctl(tap, TUNSETIFF, &request) != 0) return perror(device), -1;
    // Segments stay whole, as between a pair of veth devices; where the kernel refuses, they are cut, which is slower.
    ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
    return tap;
}

static void deliver(struct end *from, int to, uint64_t now) {
    while (from->first != from->last) {
        struct frame *frame = &from->waiting[from->first % WAITING];
        if (frame->due > now) return;
        // A device that is down, or has no more room, loses the frame, as a wire would.
        if (write(to, frame->content, frame->bytes) < 0 && errno != EAGAIN && errno != EIO) perror("write");
        free(frame->content);
        from->first++;
    }
}

static void take(struct end *end, uint64_t delay) {
    static char content[FRAME_BYTES];
    for (int i = 0; i < AT_ONCE && end->last - end->first < WAITING; i++) {
        ssize_t bytes = read(end->tap, content, sizeof content);
        if (bytes <= 0) return;
        struct frame *frame = &end->waiting[end->last % WAITING];
        *frame = (struct frame){nanoseconds() + delay, bytes, malloc(bytes)};
        if (frame->content == NULL) return;
        memcpy(frame->content, content, bytes);
        end->last++;
    }
}

int main(int count, char **words) {
    const int ends = (count - 2) / 2;
    if (count < 6 || count % 4 != 2 || ends > 2 * MOST_LINKS)
        return fprintf(stderr, "usage: %s DELAY NAMESPACE DEVICE NAMESPACE DEVICE [...]\n", words[0]), 2;
    const uint64_t delay = strtoull(words[1], NULL, 10) * 1000;
    struct end *all = calloc(ends, sizeof *all);
    struct pollfd items[2 * MOST_LINKS];
    for (int i = 0; i < ends; i++) {
        all[i].tap = make_tap(words[2 + 2 * i], words[3 + 2 * i]);
        if (all[i].tap < 0) return 1;
        items[i] = (struct pollfd){all[i].tap, POLLIN, 0};
    }
    prctl(PR_SET_TIMERSLACK, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    puts("ready");
    fflush(stdout);
    while (1) {
        uint64_t now = nanoseconds(), next = UINT64_MAX;
        for (int i = 0; i < ends; i++) {
            deliver(&all[i], all[i ^ 1].tap, now);
            const struct frame *head = &all[i].waiting[all[i].first % WAITING];
            if (all[i].first != all[i].last && head->due < next) next = head->due;
        }
        now = nanoseconds();
        uint64_t left = next > now ? next - now : 0;
        struct timespec wait = {left / 1000000000, left % 1000000000};
        if (ppoll(items, ends, next == UINT64_MAX ? NULL : &wait, NULL) <= 0) continue;
        for (int i = 0; i < ends; i++)
            if (items[i].revents & POLLIN) take(&all[i], delay);
    }
}
