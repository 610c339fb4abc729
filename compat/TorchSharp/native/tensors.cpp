#include "guarded.h"
#include <ATen/ATen.h>

int32_t dl_tensor_from_memory(void* data, int64_t elements, int32_t scalar_type, void (*release)(void*), void* context, dl_tensor** out) {
  return guarded([&] {
    // The storage may outlive this handle (views share it), so the owner of the memory hears of the storage's end, not the handle's.
    auto tensor = at::from_blob(
        data, {elements}, [release, context](void*) { release(context); }, at::TensorOptions(static_cast<at::ScalarType>(scalar_type)));
    *out = new at::Tensor(std::move(tensor));
  });
}

void dl_tensor_free(dl_tensor* tensor) { delete tensor; }

int32_t dl_tensor_describe(const dl_tensor* tensor, dl_tensor_info* out) {
  return guarded([&] {
    out->dimensions = tensor->dim();
    out->sizes = tensor->sizes().data();
    out->strides = tensor->strides().data();
    out->elements = tensor->numel();
    out->scalar_type = static_cast<int32_t>(tensor->scalar_type());
    out->requires_grad = tensor->requires_grad();
  });
}

int32_t dl_tensor_set_requires_grad(dl_tensor* tensor, int32_t on) {
  return guarded([&] { tensor->set_requires_grad(on != 0); });
}
