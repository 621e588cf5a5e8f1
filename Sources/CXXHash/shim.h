#include <xxhash.h>

// The library's function takes the instructions that every processor of the kind has; its dispatching one all that this
// has.
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
static inline unsigned long long xxhash_64(const void *bytes, size_t count) { return XXH3_64bits_dispatch(bytes, count); }
#else
static inline unsigned long long xxhash_64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }
#endif
