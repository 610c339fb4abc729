#include "guarded.h"
#include <ATen/record_function.h>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace {
struct Row {
  int64_t calls = 0, self_ns = 0, total_ns = 0;
  int32_t depth = 0;  // calls in progress: the total of one inside itself counts once
};

struct Frame {
  Row* row;
  int64_t start_ns;
  int64_t inner_ns;  // of the operators that this one called
};

struct Collector {
  std::map<std::string, Row, std::less<>> rows;  // rows keep their addresses
  std::vector<Frame> frames;
  std::vector<dl_operator_time> result;
  at::CallbackHandle callback = at::INVALID_CALLBACK_HANDLE;

  ~Collector() { stop(); }
  void stop() {
    if (callback != at::INVALID_CALLBACK_HANDLE) { at::removeCallback(callback); }
    callback = at::INVALID_CALLBACK_HANDLE;
  }
};

// Of this thread. Callbacks go along with work that TorchScript forks to other threads, which have no collector.
thread_local std::unique_ptr<Collector> collector;

int64_t now_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
  if (collector) {
    auto found = collector->rows.find(std::string_view(function.name()));
    if (found == collector->rows.end()) { found = collector->rows.emplace(function.name(), Row{}).first; }
    found->second.depth++;
    collector->frames.push_back({&found->second, now_ns(), 0});
  }
  return nullptr;
}

void leave(const at::RecordFunction&, at::ObserverContext*) {
  if (!collector || collector->frames.empty()) { return; }
  auto [row, start_ns, inner_ns] = collector->frames.back();
  collector->frames.pop_back();
  auto spent_ns = now_ns() - start_ns;
  row->calls++;
  row->self_ns += spent_ns - inner_ns;
  if (--row->depth == 0) { row->total_ns += spent_ns; }
  if (!collector->frames.empty()) { collector->frames.back().inner_ns += spent_ns; }
}
}  // namespace

int32_t dl_profile_start() {
  return guarded([] {
    TORCH_CHECK(!collector || collector->callback == at::INVALID_CALLBACK_HANDLE, "this thread is being profiled already");
    collector = std::make_unique<Collector>();
    collector->frames.reserve(64);
    collector->callback = at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
  });
}

int32_t dl_profile_stop(const dl_operator_time** out, int32_t* count) {
  return guarded([&] {
    TORCH_CHECK(collector && collector->callback != at::INVALID_CALLBACK_HANDLE, "this thread is not being profiled");
    collector->stop();
    for (const auto& [name, row] : collector->rows) { collector->result.push_back({name.c_str(), row.calls, row.self_ns, row.total_ns}); }
    *out = collector->result.data();
    *count = static_cast<int32_t>(collector->result.size());
  });
}
