// What is called of oneDNN, which is loaded when something of it is first called: it is larger than all else together,
// and products in bfloat16 alone need it.
#pragma once

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

/// Whether the library is there, of the version that this was built with; looked for once, by any thread.
bool onednn_is_there(void);

/// What the loader said where it is not there.
const char *onednn_fault(void);

// The library's own functions by the same names behind `dnnl_`, and OpenMP's.
// Only where `onednn_is_there`.
const dnnl_version_t *onednn_version(void);
dnnl_cpu_isa_t onednn_get_effective_cpu_isa(void);
dnnl_status_t onednn_engine_create(dnnl_engine_t *engine, dnnl_engine_kind_t kind, size_t index);
dnnl_status_t onednn_stream_create(dnnl_stream_t *stream, dnnl_engine_t engine, unsigned flags);
dnnl_status_t onednn_stream_wait(dnnl_stream_t stream);
dnnl_status_t onednn_stream_destroy(dnnl_stream_t stream);
dnnl_status_t onednn_memory_desc_init_by_strides(
    dnnl_memory_desc_t *description, int dimensions, const dnnl_dims_t shape, dnnl_data_type_t type,
    const dnnl_dims_t strides);
dnnl_status_t onednn_memory_create(
    dnnl_memory_t *memory, const dnnl_memory_desc_t *description, dnnl_engine_t engine, void *place);
dnnl_status_t onednn_memory_set_data_handle(dnnl_memory_t memory, void *place);
dnnl_status_t onednn_memory_destroy(dnnl_memory_t memory);
dnnl_status_t onednn_matmul_desc_init(
    dnnl_matmul_desc_t *operation, const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *c);
dnnl_status_t onednn_primitive_desc_create(
    dnnl_primitive_desc_t *description, const void *operation, const_dnnl_primitive_attr_t attributes,
    dnnl_engine_t engine, const_dnnl_primitive_desc_t hint);
dnnl_status_t onednn_primitive_desc_destroy(dnnl_primitive_desc_t description);
dnnl_status_t onednn_primitive_create(dnnl_primitive_t *primitive, const_dnnl_primitive_desc_t description);
dnnl_status_t onednn_primitive_execute(
    const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count, const dnnl_exec_arg_t *arguments);
dnnl_status_t onednn_primitive_destroy(dnnl_primitive_t primitive);
void onednn_set_num_threads(int count);
