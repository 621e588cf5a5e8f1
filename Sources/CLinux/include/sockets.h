// Sockets of connections that bytes are carried between: what Swift does not import or what takes many lines there.
// (No header here that defines fd_set: other modules' would be another type.)
#pragma once

#include <stddef.h>
#include <stdint.h>

// A peer's address: as people write it, and its machine: an IPv4 address, or the network of an IPv6 one.
typedef struct {
    char text[72];
    unsigned char machine[8];
} linux_peer;

// A listening TCP socket that does not block, at an address as `bind` takes it: its descriptor, or -1 with errno.
int linux_listen(const void *address, int byte_count);
// The port that a socket was given; 0 where it has none.
int linux_port(int socket);
// The next connection, which does not block: its descriptor, or -1 with errno.
int linux_accept(int listener, linux_peer *peer);
// A connection from `name-number` to `name`, both abstract names of this machine: a descriptor, or -1 with errno.
int linux_join(const char *name, uint64_t number);
// The number of the connection that `linux_join` made and whose other end this descriptor is; 0 where it is another
// connection, and -1 where it is none any more.
int64_t linux_joined_number(int descriptor, const char *name);
// Lets a socket of this machine hold a vector on its way, which the system's own figure of 208 KiB does not.
void linux_widen(int descriptor);
// What has come, without taking it.
long linux_peek(int socket, void *bytes, size_t count);
// Takes so many bytes that have come from a TCP connection, without looking at them.
long linux_discard(int socket, size_t count);
// Sends what there is room for.
long linux_send(int socket, const void *bytes, size_t count);
// Takes what has come.
long linux_receive(int socket, void *bytes, size_t count);

enum { LINUX_READABLE = 1, LINUX_WRITABLE = 2, LINUX_BROKEN = 4 };
typedef struct {
    uint64_t key;
    int state;
} linux_readiness;
// What waits for several descriptors: a descriptor itself, or -1 with errno.
int linux_make_watch(void);
// Looks from now on whether a descriptor is readable or writable, or changes what is looked for: 0, or -1 with errno.
int linux_watch(int epoll, int descriptor, uint64_t key, int wanted, int is_new);
// Those that are, as many as there is room for; 0 when the time is over.
int linux_wait(int epoll, linux_readiness *found, int limit, int milliseconds);
