// The C ABI between the managed part of compat/TorchSharp and libtorch.
//
// Every function that can fail returns 0 for done and 1 for failed; the message of this thread's last failure is dl_last_error().
// No C++ exception crosses. A handle (dl_tensor*, dl_operator*, dl_module*, …) belongs to the caller, who frees it once.
#pragma once
#include <stdint.h>

#define DL_API extern "C" __attribute__((visibility("default")))

// Raised with each change of this file; the managed side refuses another number (Interop/Shim.cs).
#define DETRLAB_ABI_VERSION 3

namespace at { class Tensor; }
namespace c10 { class OperatorHandle; struct IValue; struct InferenceMode; }
namespace torch::jit { struct Module; }
using dl_tensor = at::Tensor;
using dl_operator = c10::OperatorHandle;
using dl_module = torch::jit::Module;

// One argument of an operator.
enum dl_tag : int32_t { DL_NONE, DL_TENSOR, DL_INT, DL_DOUBLE, DL_BOOL, DL_INTS, DL_TENSORS };
struct dl_argument {
  int32_t tag;
  int32_t count;  // of DL_INTS and DL_TENSORS
  int64_t bits;   // the value, or the address of the values
};

struct dl_tensor_info {
  int64_t dimensions;
  const int64_t* sizes;    // as long as the tensor lives
  const int64_t* strides;  // as long as the tensor lives
  int64_t elements;
  int32_t scalar_type;
  int32_t requires_grad;
};

// What a TorchScript module returned.
enum dl_result_kind : int32_t { DL_RESULT_TENSOR = 1, DL_RESULT_TUPLE = 2, DL_RESULT_LIST = 3 };

// abi.cpp
DL_API int32_t dl_abi_version();
DL_API const char* dl_last_error();
DL_API const char* dl_torch_version();

// tensors.cpp
DL_API int32_t dl_tensor_from_memory(void* data, int64_t elements, int32_t scalar_type, void (*release)(void*), void* context, dl_tensor** out);
DL_API void dl_tensor_free(dl_tensor* tensor);
DL_API int32_t dl_tensor_describe(const dl_tensor* tensor, dl_tensor_info* out);
DL_API int32_t dl_tensor_set_requires_grad(dl_tensor* tensor, int32_t on);

// operators.cpp: any ATen operator, by its name in native_functions.yaml. Arguments are checked against its schema.
DL_API int32_t dl_operator_find(const char* name, const char* overload, dl_operator** out);
DL_API int32_t dl_operator_call(const dl_operator* op, const dl_argument* arguments, int32_t count, dl_tensor** out);

// runtime.cpp
DL_API int32_t dl_grad_enabled();
DL_API void dl_set_grad_enabled(int32_t on);
DL_API int32_t dl_inference_mode_enter(int32_t on, c10::InferenceMode** out);
DL_API void dl_inference_mode_leave(c10::InferenceMode* guard);
DL_API int32_t dl_get_num_threads();
DL_API int32_t dl_set_num_threads(int32_t threads);
DL_API int32_t dl_describe_build(const char** out);      // valid until this thread's next call
DL_API int32_t dl_quantized_engines(const char** out);   // comma-separated; valid until this thread's next call

// script.cpp
DL_API int32_t dl_module_load(const char* path, dl_module** out);
DL_API int32_t dl_module_save(const dl_module* module, const char* path);
DL_API void dl_module_free(dl_module* module);
DL_API int32_t dl_module_inputs(const dl_module* module, int32_t* out);
DL_API int32_t dl_module_forward(
    dl_module* module, const dl_argument* arguments, int32_t count, dl_tensor** out, int32_t capacity, int32_t* out_count, int32_t* out_kind);
// The callback computes outputs from inputs with operators of this library; it owns the input handles and hands over the output
// handles. It returns 0, or 1 to give up.
typedef int32_t (*dl_traced_function)(void* context, dl_tensor** inputs, int32_t inputs_count, dl_tensor** outputs, int32_t outputs_count);
DL_API int32_t dl_module_trace(
    dl_tensor* const* inputs, const char* const* input_names, int32_t inputs_count, int32_t outputs_count,
    dl_traced_function function, void* context, dl_module** out);
// Freezes: attributes become constants, which are folded into convolutions and linear layers.
DL_API int32_t dl_module_freeze(const dl_module* module, dl_module** out);
// Freezes and optimises for inference (oneDNN layouts, fused operators).
DL_API int32_t dl_module_optimize(const dl_module* module, dl_module** out);

// quantized.cpp: a linear layer with int8 weights per output row; activations are quantised at each call.
DL_API int32_t dl_dynamic_linear_create(const char* engine, const dl_tensor* weight, const dl_tensor* bias, c10::IValue** out);
DL_API int32_t dl_dynamic_linear_run(const c10::IValue* packed, const dl_tensor* input, dl_tensor** out);
DL_API void dl_dynamic_linear_free(c10::IValue* packed);

// profile.cpp: times of the operators that this thread calls between start and stop. Nothing is recorded, and nothing costs time, outside.
struct dl_operator_time {
  const char* name;   // for example aten::conv2d
  int64_t calls;
  int64_t self_ns;    // without the operators that it called: these add up
  int64_t total_ns;   // with them
};
DL_API int32_t dl_profile_start();
DL_API int32_t dl_profile_stop(const dl_operator_time** out, int32_t* count);  // by name; valid until this thread's next start
