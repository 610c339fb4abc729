#include "guarded.h"
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <cstring>

c10::IValue dl_to_ivalue(const dl_argument& argument) {
  switch (argument.tag) {
    case DL_NONE: return {};
    case DL_TENSOR: return *reinterpret_cast<const at::Tensor*>(argument.bits);
    case DL_INT: return argument.bits;
    case DL_BOOL: return argument.bits != 0;
    case DL_DOUBLE: {
      double value;
      std::memcpy(&value, &argument.bits, sizeof value);
      return value;
    }
    case DL_INTS: {
      auto values = reinterpret_cast<const int64_t*>(argument.bits);
      return c10::List<int64_t>(c10::ArrayRef<int64_t>(values, argument.count));
    }
    case DL_TENSORS: {
      auto handles = reinterpret_cast<at::Tensor* const*>(argument.bits);
      c10::List<at::Tensor> tensors;
      tensors.reserve(argument.count);
      for (int32_t i = 0; i < argument.count; i++) { tensors.push_back(*handles[i]); }
      return tensors;
    }
  }
  TORCH_CHECK(false, "unknown argument tag ", argument.tag);
}

int32_t dl_operator_find(const char* name, const char* overload, dl_operator** out) {
  return guarded([&] { *out = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

int32_t dl_operator_call(const dl_operator* op, const dl_argument* arguments, int32_t count, dl_tensor** out) {
  return guarded([&] {
    torch::jit::Stack stack;
    stack.reserve(op->schema().arguments().size());
    for (int32_t i = 0; i < count; i++) { stack.push_back(dl_to_ivalue(arguments[i])); }
    op->schema().checkAndNormalizeInputs(stack);  // a wrong type must not reach a kernel; fills defaults
    op->callBoxed(stack);
    TORCH_CHECK(stack.size() == 1 && stack[0].isTensor(), op->schema().name(), " does not return one tensor");
    *out = new at::Tensor(std::move(stack[0]).toTensor());
  });
}
