#include "tsctl/engine/describe.h"

#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <fmt/format.h>

#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "tsctl/core/base/cpu_flags.h"
#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/load.h"
#include "tsctl/engine/tuning.h"

namespace tsctl {

namespace {

constexpr const char* kOtherBuild = "another build of LibTorch has it";

// Keeps the first line of `detail`: MKL's version text has three.
Finding lever(const std::string& name, bool there, const std::string& detail,
              const std::string& hint) {
  return {.name = name,
          .status = there ? FindingStatus::ok : FindingStatus::missing,
          .detail = detail.substr(0, detail.find('\n')),
          .hint = there ? "" : hint};
}

Finding op_lever(const std::string& name, const std::string& op, const std::string& detail) {
  const bool there = c10::Dispatcher::singleton().findSchema({op, ""}).has_value();
  return lever(name, there, detail, kOtherBuild);
}

Finding bf16_lever() {
  const std::set<std::string> flags = cpu_flags();
  const bool amx = flags.contains("amx_bf16");
  const bool avx = flags.contains("avx512_bf16");
  return lever("bf16 instructions", amx || avx,
               amx   ? "amx_bf16"
               : avx ? "avx512_bf16"
                     : "neither amx_bf16 nor avx512_bf16",
               "a processor with AMX or AVX512-BF16");
}

std::vector<Finding> find_levers() {
  return {
      lever("oneDNN", at::hasMKLDNN(), at::hasMKLDNN() ? at::get_mkldnn_version() : "",
            kOtherBuild),
      lever("MKL", at::hasMKL(), at::hasMKL() ? at::get_mkl_version() : "", kOtherBuild),
      lever("OpenMP", at::hasOpenMP(), at::hasOpenMP() ? at::get_openmp_version() : "",
            kOtherBuild),
      lever("LLVM fuser", has_llvm_fuser(), "fuses pointwise operators on the CPU", kOtherBuild),
      // Off by default: a process must enable it, a file cannot.
      {.name = "oneDNN graph fuser",
       .status = AT_MKLDNN_ENABLED() != 0 ? FindingStatus::off : FindingStatus::missing,
       .detail = "fuses partitions of float32 graphs at run time",
       .hint = "a program can enable it before its first call"},
      op_lever("fused convolutions", "mkldnn::_convolution_pointwise",
               "mkldnn::_convolution_pointwise"),
      op_lever("fused linear layers", "mkldnn::_linear_pointwise", "mkldnn::_linear_pointwise"),
      op_lever("packed linear layers", "mkl::_mkl_linear", "mkl::_mkl_linear"),
      bf16_lever(),
  };
}

std::vector<Finding> find_devices() {
  try {
    const int count = count_cuda_devices();
    if (count == 0)
      return {{.name = "cuda",
               .status = FindingStatus::missing,
               .detail = "no usable device",
               .hint = "run nvidia-smi"}};
    std::vector<Finding> devices;
    for (int i = 0; i < count; ++i) {
      devices.push_back({.name = fmt::format("cuda:{}", i), .status = FindingStatus::ok});
    }
    return devices;
  } catch (const Error& error) {
    return {{.name = "cuda",
             .status = FindingStatus::missing,
             .detail = error.what(),
             .hint = error.hint()}};
  }
}

// "OpenMP, 2 threads", from the line "ATen parallel backend: OpenMP".
std::string parallel_backend() {
  std::istringstream info(at::get_parallel_info());
  constexpr std::string_view kMarker = "ATen parallel backend: ";
  std::string backend = "unknown";
  for (std::string line; std::getline(info, line);) {
    const auto found = line.find(kMarker);
    if (found != std::string::npos) backend = line.substr(found + kMarker.size());
  }
  return fmt::format("{}, {} threads", backend, at::get_num_threads());
}

}  // namespace

DescribeResult describe_libtorch(const DescribeRequest& request, Events& events) {
  events.progress("inspecting LibTorch");
  DescribeResult result;
  if (request.with_cuda) result.devices = find_devices();  // first: see open_device
  return guarded(ErrorKind::environment, "LibTorch could not be inspected", [&] {
    result.libtorch_version = libtorch_version();
    result.built_for = TSCTL_BUILT_FOR_TORCH;
    result.cpu_capability = at::get_cpu_capability();
    result.parallel_backend = parallel_backend();
    result.levers = find_levers();
    return result;
  });
}

}  // namespace tsctl
