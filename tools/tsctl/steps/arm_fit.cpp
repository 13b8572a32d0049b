#include "steps/arm_fit.h"

#include <fmt/format.h>

#include "tsctl/archive/aoti_package.h"
#include "tsctl/core/arm_runtimes.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

[[noreturn]] void refuse(const ArmSpec& spec, const std::string& what, const std::string& hint) {
  throw Error(ErrorKind::usage, fmt::format("the arm '{}': {}", spec.text, what), hint);
}

[[noreturn]] void refuse_setting(const ArmSpec& spec, const std::string& setting,
                                 const ArmRuntime& runtime, std::string_view reason) {
  refuse(spec,
         fmt::format("{} {} {}", setting,
                     runtime.exported ? "cannot be combined with" : "does not fit", runtime.title),
         std::string(reason));
}

// Settings of TorchScript's own executor.
void check_script_settings(const ArmSpec& spec, const ArmRuntime& runtime) {
  const ArmTuning& tuning = spec.settings.tuning;
  const std::string setting = tuning.onednn_graph ? "onednn-graph=on"
                              : tuning.fusion     ? "fusion=" + name_of(tuning.fusion)
                                                  : "";
  if (!setting.empty() && !runtime.graph_executor) {
    refuse(spec, setting + " is for a TorchScript file that LibTorch runs",
           "capture the SOURCE first: tsctl convert SOURCE --input SHAPE -o FILE.pt");
  }
  if (!setting.empty() && spec.executor_given && spec.settings.executor != Executor::standard) {
    refuse(spec, setting + " needs the default executor",
           "the other executors do not specialize a graph, so nothing is fused");
  }
  if (spec.executor_given && !runtime.graph_executor) {
    refuse(spec, "executor= is for a TorchScript file that LibTorch runs",
           "leave it out: only LibTorch has these executors");
  }
}

void check_exported(const ArmSpec& spec, const std::string& device, const Subject& subject) {
  const std::string runtime = "runtime=" + spec.settings.runtime;
  if (subject.package) {
    refuse(spec, runtime + " does not fit a .pt2 package",
           "it takes a SOURCE or a TorchScript file, which it can export");
  }
  if (spec.settings.compile) {
    refuse(spec, "compile=on cannot be combined with " + runtime,
           fmt::format("use two arms: SOURCE,compile=on and SOURCE,{}", runtime));
  }
  if (device != "cpu" && !subject.runtime().any_device) {
    refuse(spec, fmt::format("{} runs on the CPU, not on --device {}", runtime, device),
           "leave the arm or --device out");
  }
}

}  // namespace

void require_fitting_settings(const ArmSpec& spec, const std::string& device,
                              const Subject& subject) {
  if (spec.settings.compile && !subject.source) {
    refuse(spec, "compile=on does not fit a file",
           "torch.compile takes a SOURCE: path/to/file.py:Name,compile=on");
  }
  const ArmRuntime& runtime = subject.runtime();
  check_script_settings(spec, runtime);
  if (runtime.exported) check_exported(spec, device, subject);
  const ArmTuning& tuning = spec.settings.tuning;
  if (tuning.cuda_graph && !runtime.no_cuda_graph.empty())
    refuse_setting(spec, "cuda-graph=on", runtime, runtime.no_cuda_graph);
  if (tuning.precision && !runtime.no_precision.empty())
    refuse_setting(spec, "precision=" + name_of(tuning.precision), runtime, runtime.no_precision);
  if (subject.package) require_package_runs_here(subject.text, device);
}

}  // namespace tsctl
