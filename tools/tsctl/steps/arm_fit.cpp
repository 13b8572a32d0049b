#include "steps/arm_fit.h"

#include "tsctl/archive/aoti_package.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/executor.h"

namespace tsctl {

namespace {

[[noreturn]] void refuse(const ArmSpec& spec, const std::string& what, const std::string& hint) {
  throw Error(ErrorKind::usage, "the arm '" + spec.text + "': " + what, hint);
}

// Settings of TorchScript's own executor.
void check_script_settings(const ArmSpec& spec, const Subject& subject) {
  const std::string setting = spec.tuning.onednn_graph      ? "onednn-graph=on"
                              : !spec.tuning.fusion.empty() ? "fusion=" + spec.tuning.fusion
                                                            : "";
  if (setting.empty()) return;
  if (subject.source || subject.package || !spec.runtime.empty()) {
    refuse(spec, setting + " is for a TorchScript file that LibTorch runs",
           "capture the SOURCE first: tsctl convert SOURCE --input SHAPE -o FILE.pt");
  }
  if (spec.executor.value_or(Executor::standard) != Executor::standard) {
    refuse(spec, setting + " needs the default executor",
           "the others do not specialize a graph, so that nothing is fused");
  }
}

// What compiled code and Python have no use for.
void check_executor_and_package(const ArmSpec& spec, const Subject& subject) {
  if (spec.executor && (subject.source || subject.package || !spec.runtime.empty())) {
    refuse(spec, "executor= is for a TorchScript file that LibTorch runs",
           "leave it out: nothing else has such executors");
  }
  if (!subject.package) return;
  if (spec.tuning.cuda_graph) {
    refuse(spec, "cuda-graph=on does not fit a .pt2 package",
           "its own code decides how its calls are started");
  }
  if (!spec.tuning.precision.empty()) {
    refuse(spec, "precision=" + spec.tuning.precision + " does not fit a .pt2 package",
           "its code multiplies as it was compiled to");
  }
}

void check_runtime(const ArmSpec& spec, const std::string& device, const Subject& subject) {
  if (spec.runtime.empty()) return;
  if (subject.package)
    refuse(spec, "runtime=" + spec.runtime + " does not fit a .pt2 package",
           "it takes a SOURCE or a TorchScript file, which it can export");
  if (spec.compile)
    refuse(spec, "compile=on does not go with runtime=" + spec.runtime,
           "make them two arms: SOURCE,compile=on and SOURCE,runtime=" + spec.runtime);
  if (device != "cpu")
    refuse(spec, "runtime=" + spec.runtime + " runs on the CPU, not on --device " + device,
           "leave the arm or --device out");
  if (spec.runtime == "onnxruntime" && spec.tuning.precision == "bf16")
    refuse(spec, "precision=bf16 does not go with runtime=onnxruntime",
           "its CPU kernels multiply float32 as float32; openvino and files take precision=bf16");
}

}  // namespace

void apply_settings(const ArmSpec& spec, const std::string& device, Subject& subject) {
  if (spec.compile && !subject.source) {
    refuse(spec, "compile=on does not fit a file",
           "torch.compile takes a SOURCE: path/to/file.py:Name,compile=on");
  }
  check_script_settings(spec, subject);
  check_executor_and_package(spec, subject);
  check_runtime(spec, device, subject);
  if (subject.package) require_package_runs_here(subject.text, device);
  subject.compile = spec.compile;
  subject.runtime = spec.runtime;
  subject.tuning = spec.tuning;
  subject.threads = spec.threads;
  subject.settings = spec.settings;
}

ArmKind arm_kind(const Subject& subject) {
  if (const auto runtime = value_of<ArmKind>(subject.runtime)) return *runtime;
  if (subject.package) return ArmKind::aotinductor;
  if (!subject.source) return ArmKind::file;
  return subject.compile ? ArmKind::compile : ArmKind::eager;
}

}  // namespace tsctl
