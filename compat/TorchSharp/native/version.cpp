#include <torch/version.h>
#include <cstdint>

// The managed side refuses another number: the two are built apart.
extern "C" __attribute__((visibility("default"))) int32_t dl_abi_version() { return 1; }
extern "C" __attribute__((visibility("default"))) const char* dl_torch_version() { return TORCH_VERSION; }
