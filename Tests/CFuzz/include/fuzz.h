// libFuzzer's loop: calls `callback` with inputs that it makes, by what they reach, until `-max_total_time` or `-runs`.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***words, int (*callback)(const uint8_t *bytes, size_t count));
