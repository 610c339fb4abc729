#include "guarded.h"
#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

static c10::IValue call(const char* name, torch::jit::Stack stack) {
  auto op = c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
  op.schema().checkAndNormalizeInputs(stack);
  op.callBoxed(stack);
  return std::move(stack.front());
}

int32_t dl_dynamic_linear_create(const char* engine, const dl_tensor* weight, const dl_tensor* bias, c10::IValue** out) {
  return guarded([&] {
    auto& context = at::globalContext();
    for (auto candidate : context.supportedQEngines()) {
      if (c10::toString(candidate) == engine) { context.setQEngine(candidate); }
    }
    TORCH_CHECK(c10::toString(context.qEngine()) == engine, "quantised engine ", engine, " is not part of this libtorch");
    // Symmetric, a scale for each output row: 127 steps to the row's largest weight.
    auto scales = weight->abs().amax(1).div(127).clamp_min(1e-12).to(at::kDouble);
    auto quantized = at::quantize_per_channel(*weight, scales, at::zeros_like(scales, at::kLong), 0, at::kQInt8);
    *out = new c10::IValue(call("quantized::linear_prepack", {quantized, bias ? c10::IValue(*bias) : c10::IValue()}));
  });
}

int32_t dl_dynamic_linear_run(const c10::IValue* packed, const dl_tensor* input, dl_tensor** out) {
  return guarded([&] { *out = new at::Tensor(call("quantized::linear_dynamic", {*input, *packed}).toTensor()); });
}

void dl_dynamic_linear_free(c10::IValue* packed) { delete packed; }
