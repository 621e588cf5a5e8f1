#include <oneapi/dnnl/dnnl.h>

// libgomp's own header lies in gcc's private folder, where clang does not look.
void omp_set_num_threads(int count);
