// Sockets of connections that bytes are carried between.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(int descriptor) {
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

int linux_listen(const void *address, int byte_count) {
    const struct sockaddr *place = address;
    int yes = 1, no = 0;
    int listener = socket(place->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (place->sa_family == AF_INET6) setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(listener, place, byte_count) != 0 || listen(listener, 512) != 0) return fail(listener);
    return listener;
}

int linux_port(int socket) {
    struct sockaddr_storage place;
    socklen_t size = sizeof place;
    if (getsockname(socket, (struct sockaddr *)&place, &size) != 0) return 0;
    if (place.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&place)->sin_port);
    return place.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&place)->sin6_port) : 0;
}

int linux_accept(int listener, linux_peer *peer) {
    struct sockaddr_storage place;
    socklen_t size = sizeof place;
    char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
    int yes = 1;
    int accepted = accept4(listener, (struct sockaddr *)&place, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) return -1;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    memset(peer, 0, sizeof *peer);
    getnameinfo((struct sockaddr *)&place, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(peer->text, sizeof peer->text, strchr(host, ':') ? "[%.56s]:%.8s" : "%.56s:%.8s", host, port);
    if (place.ss_family == AF_INET) {
        memcpy(peer->machine, &((struct sockaddr_in *)&place)->sin_addr, 4);
    } else if (place.ss_family == AF_INET6) {
        const struct in6_addr *six = &((struct sockaddr_in6 *)&place)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six)) memcpy(peer->machine, six->s6_addr + 12, 4);
        else memcpy(peer->machine, six->s6_addr, 8);
    }
    return accepted;
}

// Abstract names begin with a zero byte, and are gone with their sockets.
static socklen_t abstract(struct sockaddr_un *place, const char *name) {
    memset(place, 0, sizeof *place);
    place->sun_family = AF_UNIX;
    snprintf(place->sun_path + 1, sizeof place->sun_path - 1, "%s", name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(place->sun_path + 1));
}

void linux_widen(int descriptor) {
    int size = 1 << 20, domain = 0;
    socklen_t length = sizeof domain;
    if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 || domain != AF_UNIX) return;
    // As far as net.core.wmem_max goes, or beyond it with the right to.
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int linux_join(const char *name, uint64_t number) {
    struct sockaddr_un own, other;
    char text[96];
    int joined = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (joined < 0) return -1;
    snprintf(text, sizeof text, "%.64s-%llu", name, (unsigned long long)number);
    linux_widen(joined);
    socklen_t own_size = abstract(&own, text), other_size = abstract(&other, name);
    if (bind(joined, (struct sockaddr *)&own, own_size) != 0) return fail(joined);
    if (connect(joined, (struct sockaddr *)&other, other_size) != 0) return fail(joined);
    return joined;
}

int64_t linux_joined_number(int descriptor, const char *name) {
    struct sockaddr_un place;
    socklen_t size = sizeof place;
    size_t length = strlen(name);
    int64_t number = 0;
    if (getpeername(descriptor, (struct sockaddr *)&place, &size) != 0 || place.sun_family != AF_UNIX) return -1;
    size_t start = offsetof(struct sockaddr_un, sun_path) + 1;
    if (size < start + length + 2 || memcmp(place.sun_path + 1, name, length) != 0) return 0;
    const char *at = place.sun_path + 1 + length, *end = (const char *)&place + size;
    if (*at++ != '-') return 0;
    // Eighteen digits at most: no number of this program's has more, and more could be beyond what an integer holds.
    for (int left = 18; left > 0 && at < end && *at >= '0' && *at <= '9'; at++, left--) number = number * 10 + (*at - '0');
    return number;
}

long linux_peek(int socket, void *bytes, size_t count) { return recv(socket, bytes, count, MSG_PEEK | MSG_DONTWAIT); }
long linux_discard(int socket, size_t count) { return recv(socket, NULL, count, MSG_TRUNC | MSG_DONTWAIT); }
long linux_send(int socket, const void *bytes, size_t count) {
    return send(socket, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}
long linux_receive(int socket, void *bytes, size_t count) { return recv(socket, bytes, count, MSG_DONTWAIT); }

int linux_make_watch(void) { return epoll_create1(EPOLL_CLOEXEC); }

int linux_watch(int epoll, int descriptor, uint64_t key, int wanted, int is_new) {
    struct epoll_event event = {.data.u64 = key};
    if (wanted & LINUX_READABLE) event.events |= EPOLLIN;
    if (wanted & LINUX_WRITABLE) event.events |= EPOLLOUT;
    return epoll_ctl(epoll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event);
}

int linux_wait(int epoll, linux_readiness *found, int limit, int milliseconds) {
    struct epoll_event events[128];
    int count = epoll_wait(epoll, events, limit < 128 ? limit : 128, milliseconds);
    for (int i = 0; i < count; i++) {
        found[i].key = events[i].data.u64;
        found[i].state = (events[i].events & EPOLLIN ? LINUX_READABLE : 0) |
                         (events[i].events & EPOLLOUT ? LINUX_WRITABLE : 0) |
                         (events[i].events & (EPOLLERR | EPOLLHUP) ? LINUX_BROKEN : 0);
    }
    return count < 0 ? 0 : count;
}
