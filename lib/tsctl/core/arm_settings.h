#pragma once

#include <array>
#include <string>

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// The most threads that --threads and threads=N take.
inline constexpr int kMostThreads = 4096;

// The executor that runs a TorchScript graph: LibTorch's default (profiling), static (no re-specialization:
// an empty fusion strategy), or unoptimized (for debugging).
enum class Executor { standard, fixed, unoptimized };

constexpr auto names_of(Executor) {
  return std::to_array<Named<Executor>>({{Executor::standard, "default"},
                                         {Executor::fixed, "static"},
                                         {Executor::unoptimized, "unoptimized"}});
}

// Settings of the whole process that runs a model. No file can carry them.
struct ArmTuning {
  std::string precision = {};  // bf16: multiply float32 in bfloat16; empty: as the model says
  std::string fusion = {};     // on, off: TorchScript's own fuser; empty: LibTorch's default
  bool onednn_graph = false;   // oneDNN Graph partitions and fuses float32 graphs at run time
  bool cuda_graph = false;     // calls replay a CUDA graph, captured for the shapes of the inputs
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmTuning& value) {
  visit("precision", value.precision);
  visit("fusion", value.fusion);
  visit("onednn_graph", value.onednn_graph);
  visit("cuda_graph", value.cuda_graph);
}

// Code of the warning that some of a job's tuning is unavailable; its text says what ran instead.
inline constexpr const char* kTuningNotAvailable = "tuning_not_available";

// How a model is run. core/arm_runtimes.h says which of these fit which kind of arm.
struct ArmSettings {
  int threads = 1;
  Executor executor = Executor::standard;
  bool compile = false;      // run the SOURCE through torch.compile
  std::string runtime = {};  // a name of arm_runtimes.h; empty is LibTorch or Python
  ArmTuning tuning = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmSettings& value) {
  visit("threads", value.threads);
  visit("executor", value.executor);
  visit("compile", value.compile);
  visit("runtime", value.runtime);
  visit("tuning", value.tuning);
}

}  // namespace tsctl
