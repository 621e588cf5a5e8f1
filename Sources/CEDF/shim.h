// As CLinux has it: types of the system's that both modules see have to be the same.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <edflib.h>
