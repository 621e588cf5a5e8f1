#include "onednn.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

// Every function: what it returns, its name, its parameters, and these as it is called with them.
#define FUNCTIONS(F)                                                                                                   \
    F(const dnnl_version_t *, version, (void), ())                                                                     \
    F(dnnl_cpu_isa_t, get_effective_cpu_isa, (void), ())                                                               \
    F(dnnl_status_t, engine_create, (dnnl_engine_t *e, dnnl_engine_kind_t k, size_t i), (e, k, i))                     \
    F(dnnl_status_t, stream_create, (dnnl_stream_t *s, dnnl_engine_t e, unsigned f), (s, e, f))                        \
    F(dnnl_status_t, stream_wait, (dnnl_stream_t s), (s))                                                              \
    F(dnnl_status_t, stream_destroy, (dnnl_stream_t s), (s))                                                           \
    F(dnnl_status_t, memory_desc_init_by_strides,                                                                      \
      (dnnl_memory_desc_t *d, int n, const dnnl_dims_t shape, dnnl_data_type_t t, const dnnl_dims_t strides),          \
      (d, n, shape, t, strides))                                                                                       \
    F(dnnl_status_t, memory_create, (dnnl_memory_t *m, const dnnl_memory_desc_t *d, dnnl_engine_t e, void *p),         \
      (m, d, e, p))                                                                                                    \
    F(dnnl_status_t, memory_set_data_handle, (dnnl_memory_t m, void *p), (m, p))                                       \
    F(dnnl_status_t, memory_destroy, (dnnl_memory_t m), (m))                                                           \
    F(dnnl_status_t, matmul_desc_init,                                                                                 \
      (dnnl_matmul_desc_t *o, const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b,                                \
       const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *c),                                                   \
      (o, a, b, bias, c))                                                                                              \
    F(dnnl_status_t, primitive_desc_create,                                                                            \
      (dnnl_primitive_desc_t *d, const void *o, const_dnnl_primitive_attr_t a, dnnl_engine_t e,                        \
       const_dnnl_primitive_desc_t h),                                                                                 \
      (d, o, a, e, h))                                                                                                 \
    F(dnnl_status_t, primitive_desc_destroy, (dnnl_primitive_desc_t d), (d))                                           \
    F(dnnl_status_t, primitive_create, (dnnl_primitive_t *p, const_dnnl_primitive_desc_t d), (p, d))                   \
    F(dnnl_status_t, primitive_execute,                                                                                \
      (const_dnnl_primitive_t p, dnnl_stream_t s, int n, const dnnl_exec_arg_t *a), (p, s, n, a))                      \
    F(dnnl_status_t, primitive_destroy, (dnnl_primitive_t p), (p))

static struct {
#define FIELD(result, name, parameters, arguments) result(*name) parameters;
    FUNCTIONS(FIELD)
#undef FIELD
    void (*set_num_threads)(int);
} library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_there;
static char fault[256];

static void load(void) {
    void *handle = dlopen("libdnnl.so." TEXT_OF(DNNL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    bool is_whole = handle != NULL;
#define LOOK_UP(result, name, parameters, arguments)                                                                   \
    if (is_whole) is_whole = (*(void **)&library.name = dlsym(handle, "dnnl_" #name)) != NULL;
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    // Of the OpenMP that the library itself loads.
    if (is_whole) is_whole = (*(void **)&library.set_num_threads = dlsym(handle, "omp_set_num_threads")) != NULL;
    is_there = is_whole;
    if (!is_whole) {
        const char *said = dlerror();
        snprintf(fault, sizeof fault, "%s", said != NULL ? said : "a function of it is missing");
        for (char *c = fault; *c != 0; c++) {
            if (*c == '\n') *c = ' ';
        }
    }
}

bool onednn_is_there(void) {
    pthread_once(&once, load);
    return is_there;
}

const char *onednn_fault(void) {
    pthread_once(&once, load);
    return fault;
}

#define DEFINE(result, name, parameters, arguments)                                                                    \
    result onednn_##name parameters { return library.name arguments; }
FUNCTIONS(DEFINE)

void onednn_set_num_threads(int count) { library.set_num_threads(count); }
