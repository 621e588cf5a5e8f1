#pragma once

#include <stdint.h>

// What is added to a rounding's first key for each place: values that begin at place n of a vector are rounded with
// n times this added to that key, modulo 2^32.
static const uint32_t rounding_draw_stride = 0x9e3779b9u;
