#pragma once
#include "detrlab_torch.h"
#include <ATen/core/ivalue.h>
#include <c10/util/Exception.h>
#include <exception>
#include <string>
#include <utility>

void dl_remember_error(std::string message);

// Runs body; an exception becomes status 1 and this thread's last error.
template <class Body>
int32_t guarded(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return 0;
  } catch (const c10::Error& error) {
    dl_remember_error(error.what_without_backtrace());
  } catch (const std::exception& error) {
    dl_remember_error(error.what());
  } catch (...) {
    dl_remember_error("unknown C++ exception");
  }
  return 1;
}

c10::IValue dl_to_ivalue(const dl_argument& argument);
