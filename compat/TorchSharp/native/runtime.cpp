#include "guarded.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>

static thread_local std::string text;

int32_t dl_grad_enabled() { return at::GradMode::is_enabled(); }
void dl_set_grad_enabled(int32_t on) { at::GradMode::set_enabled(on != 0); }

int32_t dl_inference_mode_enter(int32_t on, c10::InferenceMode** out) {
  return guarded([&] { *out = new c10::InferenceMode(on != 0); });
}
void dl_inference_mode_leave(c10::InferenceMode* guard) { delete guard; }

int32_t dl_get_num_threads() { return at::get_num_threads(); }

int32_t dl_set_num_threads(int32_t threads) {
  return guarded([&] {
    at::set_num_threads(threads);
    // libtorch sets OpenMP's threads and MKL's. Debian's BLAS is OpenBLAS with its own pool, which would keep every core.
    static auto set_blas_threads = [] {
      void* blas = dlopen("libblas.so.3", RTLD_LAZY | RTLD_NOLOAD);
      return blas ? reinterpret_cast<void (*)(int)>(dlsym(blas, "openblas_set_num_threads")) : nullptr;
    }();
    if (set_blas_threads) { set_blas_threads(threads); }
  });
}

int32_t dl_describe_build(const char** out) {
  return guarded([&] {
    text = at::show_config() + at::get_parallel_info();
    void* blas = dlopen("libblas.so.3", RTLD_LAZY | RTLD_NOLOAD);
    auto get_config = blas ? reinterpret_cast<const char* (*)()>(dlsym(blas, "openblas_get_config")) : nullptr;
    text += std::string("BLAS : ") + (get_config ? get_config() : "not OpenBLAS (slow reference BLAS?)") + "\n";
    *out = text.c_str();
  });
}

int32_t dl_quantized_engines(const char** out) {
  return guarded([&] {
    text.clear();
    for (auto engine : at::globalContext().supportedQEngines()) {
      if (engine == at::QEngine::NoQEngine) { continue; }
      text += (text.empty() ? "" : ",") + c10::toString(engine);
    }
    *out = text.c_str();
  });
}
