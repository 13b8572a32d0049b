#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/bench_vocabulary.h"

namespace tsctl {

// One kind of arm: what runs the model, and which settings fit it.
struct ArmRuntime {
  ArmKind kind = ArmKind::file;
  std::string_view title = {};  // in a message: "does not fit …"
  bool exported = false;        // runtime=NAME chooses it; it runs an export of the SOURCE or file
  bool in_python = false;       // needs the Python that --python names
  bool any_device = true;       // runs on the CPU and on CUDA devices, not on the CPU only
  bool graph_executor = false;  // accepts executor=, onednn-graph= and fusion=
  // Why a setting does not fit; empty if it fits.
  std::string_view no_cuda_graph = {};
  std::string_view no_precision = {};

  // The arm's kind in the report, and the value of runtime=NAME.
  std::string name() const { return name_of(kind); }
};

// Every kind of arm. docs/architecture.md says what else a new row needs.
inline constexpr std::array kArmRuntimes{
    ArmRuntime{.kind = ArmKind::file, .title = "a TorchScript file", .graph_executor = true},
    ArmRuntime{.kind = ArmKind::eager, .title = "a SOURCE", .in_python = true},
    ArmRuntime{.kind = ArmKind::compile, .title = "a SOURCE", .in_python = true},
    ArmRuntime{.kind = ArmKind::aotinductor,
               .title = "a .pt2 package",
               .no_cuda_graph = "its compiled code starts its kernels itself",
               .no_precision = "its precision was fixed when it was compiled"},
    ArmRuntime{.kind = ArmKind::onnxruntime,
               .title = "runtime=onnxruntime",
               .exported = true,
               .in_python = true,
               .any_device = false,
               .no_precision = "its CPU kernels multiply float32 as float32; openvino and files "
                               "take precision=bf16"},
    ArmRuntime{.kind = ArmKind::openvino,
               .title = "runtime=openvino",
               .exported = true,
               .in_python = true,
               .any_device = false},
};

// What an arm names: a TorchScript file, a package of AOTInductor or a SOURCE.
enum class ModelForm { file, package, source };

// The kind of arm that these settings make of a model.
const ArmRuntime& arm_runtime(ModelForm form, const ArmSettings& settings);

// Whether runtime=NAME may have this name.
bool is_exported_runtime(std::string_view name);

// The names that runtime=NAME takes, with `separator` between them and `last` before the last one.
std::string exported_runtimes(const std::string& separator, const std::string& last);

}  // namespace tsctl
