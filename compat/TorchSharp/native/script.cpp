#include "guarded.h"
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/script.h>

using torch::jit::Module;

int32_t dl_module_load(const char* path, dl_module** out) {
  return guarded([&] {
    auto module = torch::jit::load(path, at::kCPU);
    module.eval();
    *out = new Module(std::move(module));
  });
}

int32_t dl_module_save(const dl_module* module, const char* path) {
  return guarded([&] { module->save(path); });
}

void dl_module_free(dl_module* module) { delete module; }

int32_t dl_module_inputs(const dl_module* module, int32_t* out) {
  return guarded([&] { *out = static_cast<int32_t>(module->get_method("forward").num_inputs()) - 1; });  // without self
}

int32_t dl_module_forward(
    dl_module* module, const dl_argument* arguments, int32_t count, dl_tensor** out, int32_t capacity, int32_t* out_count, int32_t* out_kind) {
  return guarded([&] {
    std::vector<c10::IValue> inputs;
    inputs.reserve(count + 1);
    for (int32_t i = 0; i < count; i++) { inputs.push_back(dl_to_ivalue(arguments[i])); }
    auto result = module->forward(std::move(inputs));

    std::vector<at::Tensor> tensors;
    if (result.isTensor()) {
      *out_kind = DL_RESULT_TENSOR;
      tensors = {result.toTensor()};
    } else if (result.isTuple()) {
      *out_kind = DL_RESULT_TUPLE;
      for (const auto& element : result.toTupleRef().elements()) {
        TORCH_CHECK(element.isTensor(), "forward returned a tuple that holds ", element.tagKind(), ", needed tensors only");
        tensors.push_back(element.toTensor());
      }
    } else if (result.isTensorList()) {
      *out_kind = DL_RESULT_LIST;
      tensors = result.toTensorVector();
    } else {
      TORCH_CHECK(false, "forward returned ", result.tagKind(), ", needed a tensor, a tuple of tensors or a list of tensors");
    }
    TORCH_CHECK(tensors.size() <= static_cast<size_t>(capacity), "forward returned ", tensors.size(), " tensors, at most ", capacity, " are taken");
    for (size_t i = 0; i < tensors.size(); i++) { out[i] = new at::Tensor(std::move(tensors[i])); }
    *out_count = static_cast<int32_t>(tensors.size());
  });
}

int32_t dl_module_trace(
    dl_tensor* const* inputs, const char* const* input_names, int32_t inputs_count, int32_t outputs_count,
    dl_traced_function function, void* context, dl_module** out) {
  return guarded([&] {
    torch::jit::Stack stack;
    std::vector<std::string> names;
    for (int32_t i = 0; i < inputs_count; i++) {
      stack.emplace_back(*inputs[i]);
      names.emplace_back(input_names[i]);
    }

    auto run = [&](torch::jit::Stack values) -> torch::jit::Stack {
      std::vector<at::Tensor*> taken;
      for (auto& value : values) { taken.push_back(new at::Tensor(std::move(value).toTensor())); }
      std::vector<at::Tensor*> given(outputs_count, nullptr);
      auto status = function(context, taken.data(), inputs_count, given.data(), outputs_count);
      std::vector<c10::IValue> results;
      for (auto handle : given) {
        if (handle == nullptr) { continue; }
        results.emplace_back(std::move(*handle));
        delete handle;
      }
      TORCH_CHECK(status == 0 && results.size() == static_cast<size_t>(outputs_count), "the traced function gave up");
      return {c10::ivalue::Tuple::create(std::move(results))};
    };

    auto unit = std::make_shared<torch::jit::CompilationUnit>();
    Module module(c10::QualifiedName("__torch__.Traced"), unit);
    module.register_attribute("training", c10::BoolType::get(), false);  // freezing asks for it
    at::NoGradGuard no_grad;
    // Out-of-place forms: what mutates in the eager model would keep the optimiser from fusing it.
    auto traced = torch::jit::tracer::trace(
        std::move(stack), run, [](const torch::autograd::Variable&) { return std::string(); }, /*strict=*/true, /*force_outplace=*/true, &module, names);
    auto forward = unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"), traced.first->graph);
    module.type()->addMethod(forward);
    *out = new Module(std::move(module));
  });
}

int32_t dl_module_freeze(const dl_module* module, dl_module** out) {
  return guarded([&] { *out = new Module(torch::jit::freeze(*module)); });
}

int32_t dl_module_optimize(const dl_module* module, dl_module** out) {
  return guarded([&] {
    auto frozen = torch::jit::freeze(*module);
    *out = new Module(torch::jit::optimize_for_inference(frozen));
  });
}
