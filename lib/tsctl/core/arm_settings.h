#pragma once

#include <array>
#include <optional>
#include <string>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

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

// bf16: float32 is multiplied in bfloat16.
enum class Precision { bf16 };

constexpr auto names_of(Precision) {
  return std::to_array<Named<Precision>>({{Precision::bf16, "bf16"}});
}

// TorchScript's own fuser.
enum class Fusion { on, off };

constexpr auto names_of(Fusion) {
  return std::to_array<Named<Fusion>>({{Fusion::on, "on"}, {Fusion::off, "off"}});
}

// Settings of the whole process that runs a model. No file can carry them.
struct ArmTuning {
  std::optional<Precision> precision = {};  // nullopt: in the model's own dtype
  std::optional<Fusion> fusion = {};        // nullopt: LibTorch's default
  bool onednn_graph = false;
  bool cuda_graph = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmTuning& value) {
  visit("precision", value.precision,
        "bf16: float32 is multiplied in bfloat16; empty: in the model's own dtype");
  visit("fusion", value.fusion, "on or off: TorchScript's own fuser; empty: LibTorch's default");
  visit("onednn_graph", value.onednn_graph,
        "oneDNN Graph partitions and fuses float32 graphs at run time");
  visit("cuda_graph", value.cuda_graph,
        "Calls replay a CUDA graph, captured for the shapes of the inputs");
}

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
