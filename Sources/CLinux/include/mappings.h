// Mapped files that somebody cuts: an error that can be asked for instead of a signal that ends the process.
//
// Reading a mapped page that lies behind a file's end, or that the disk can't give, raises SIGBUS. The handler puts
// zeros there and marks the mapping as torn; whoever reads a mapping asks for the mark afterwards, and throws away what
// was read when it is set. A file cut inside a page gives zeros up to that page's end without a signal: the file's
// length has to be looked at too.
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct linux_mapping linux_mapping;

// Installs the handler for the whole process; once is enough. A SIGBUS that is not about a watched mapping goes on to
// the handler that was there before. 0, or -1 with errno.
int linux_outlive_cuts(void);

// Watches the pages of a mapping that starts at `start`; NULL where there is no memory for that. For any thread.
linux_mapping *linux_watch_mapping(const void *start, size_t byte_count);

// Ends that; comes before the pages are unmapped.
void linux_forget_mapping(linux_mapping *mapping);

// Whether zeros were put anywhere into the mapping: everything that was read of it until now may be wrong.
bool linux_is_torn(const linux_mapping *mapping);
