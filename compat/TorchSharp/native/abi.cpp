#include "guarded.h"
#include <torch/version.h>

static thread_local std::string last_error;

void dl_remember_error(std::string message) { last_error = std::move(message); }

int32_t dl_abi_version() { return DETRLAB_ABI_VERSION; }
const char* dl_last_error() { return last_error.c_str(); }
const char* dl_torch_version() { return TORCH_VERSION; }
