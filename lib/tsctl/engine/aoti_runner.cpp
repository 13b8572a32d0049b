#include "tsctl/engine/aoti_runner.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/outputs.h"

namespace tsctl {

namespace {

using Loader = torch::inductor::AOTIModelPackageLoader;

// The folders of packages whose libraries are mapped into this process.
std::set<std::string> unpacked_folders() {
  std::set<std::string> folders;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t begin = line.find('/');
    const std::size_t end = line.find("/data/aotinductor/");
    if (begin < end && end != std::string::npos) folders.insert(line.substr(begin, end - begin));
  }
  return folders;
}

// The maximum number of concurrent calls; a further call waits. All runners share the weights.
constexpr std::size_t kRunners = 16;

// A package's code needs this library by its bare name, which the linker finds if the library is loaded already. If
// loading fails, the package's loader reports it.
void load_libtorch() {
  static const void* const handle =
      dlopen((libtorch_folder() + "/libtorch.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  static_cast<void>(handle);
}

std::unique_ptr<Loader> load(const std::string& path, const c10::Device& device) {
  require_package_runs_here(path, device.is_cpu() ? "cpu" : "cuda");
  load_libtorch();
  // The package's code reads this at its first call.
  setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 1);
  const c10::DeviceIndex index = device.is_cpu() ? c10::DeviceIndex{-1} : device.index();
  return guarded(
      ErrorKind::input, "'" + path + "' cannot be loaded by AOTInductor",
      [&] {
        auto loader = std::make_unique<Loader>(path, "model", false, kRunners, index);
        ::alarm(0);  // the time-out for loading; see WorkerLimits
        return loader;
      },
      "create the package again with torch._inductor.aoti_compile_and_package of this torch");
}

void add_tensors(const Value& value, const TensorFile& file, const c10::Device& device,
                 std::size_t& leaves, CallInputs& inputs) {
  for (const Leaf& leaf : leaves_of(value, "in")) {
    ++leaves;
    if (leaf.value->kind != Value::Kind::tensor) continue;  // the value is compiled into the code
    const at::Tensor tensor =
        tensor_from_entry(file.tensor(leaf.value->tensor), leaf.value->complex_pairs);
    inputs.args.emplace_back(device.is_cpu() ? tensor : tensor.to(device));
  }
}

c10::IValue ivalue_from_value(const Value& value, std::vector<at::Tensor>::iterator& next) {
  if (value.kind == Value::Kind::tensor) {
    at::Tensor tensor = std::move(*next++);
    return tensor.defined() ? c10::IValue(std::move(tensor)) : c10::IValue();
  }
  std::vector<c10::IValue> items;
  for (const Value& item : value.items) items.push_back(ivalue_from_value(item, next));
  if (value.kind == Value::Kind::list) {
    c10::impl::GenericList list(c10::AnyType::get());
    for (c10::IValue& item : items) list.push_back(std::move(item));
    return list;
  }
  if (value.kind == Value::Kind::tuple) return c10::ivalue::Tuple::create(std::move(items));
  c10::impl::GenericDict dict(c10::StringType::get(), c10::AnyType::get());
  for (std::size_t i = 0; i < items.size(); ++i) dict.insert(value.keys[i], std::move(items[i]));
  return dict;
}

}  // namespace

AotiRunner::AotiRunner(const std::string& path, const c10::Device& device)
    : path_(path), device_(device) {
  const std::set<std::string> before = unpacked_folders();
  loader_ = load(path, device);
  for (const std::string& folder : unpacked_folders()) {
    if (!before.contains(folder)) unpacked_ = folder;
  }
  // Code and weights are mapped now. On a device, the first call may copy the weights.
  if (device.is_cpu()) remove_unpacked();
  const std::vector<std::string> spec = loader_->get_call_spec();
  if (spec.size() != 2) {
    throw Error(ErrorKind::input, fmt::format("'{}' has no call specification", path),
                "create the package again with torch._inductor.aoti_compile_and_package");
  }
  spec_ = call_spec_from_json(spec[0], spec[1], path);
}

AotiRunner::~AotiRunner() = default;

void AotiRunner::remove_unpacked() {
  if (unpacked_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(std::exchange(unpacked_, {}), ignored);
}

CallInputs AotiRunner::inputs(const CallRecord& record, const TensorFile& file) const {
  CallInputs inputs;
  std::size_t leaves = 0;
  for (const Value& value : record.args) add_tensors(value, file, device_, leaves, inputs);
  std::set<std::string> named;
  const auto add_named = [&](const std::string& name, const Value& value) {
    if (named.insert(name).second) add_tensors(value, file, device_, leaves, inputs);
  };
  for (const std::string& name : spec_.kwargs) {
    for (const auto& [key, value] : record.kwargs) {
      if (key == name) add_named(key, value);
    }
  }
  for (const auto& [key, value] : record.kwargs) add_named(key, value);
  if (leaves != spec_.inputs) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' takes {} inputs, {} are given", path_, spec_.inputs, leaves),
                "give the inputs that the model was exported with, in the same order");
  }
  return inputs;
}

c10::IValue AotiRunner::call(const CallInputs& inputs) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(inputs.args.size());
  for (const c10::IValue& input : inputs.args) tensors.push_back(input.toTensor());
  std::vector<at::Tensor> outputs = loader_->boxed_run(std::move(tensors));
  remove_unpacked();
  auto next = outputs.begin();
  if (leaves_of(spec_.outputs, "out").size() == outputs.size())
    return ivalue_from_value(spec_.outputs, next);
  std::vector<c10::IValue> items;
  for (at::Tensor& tensor : outputs) items.emplace_back(std::move(tensor));
  return c10::ivalue::Tuple::create(std::move(items));
}

}  // namespace tsctl
