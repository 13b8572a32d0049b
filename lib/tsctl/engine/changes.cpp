#include "tsctl/engine/changes.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <mutex>

#include "tsctl/core/verify.h"

namespace tsctl {

namespace {

// Changes if the attribute is assigned, and for a tensor if it is written to.
std::string mark_of(const c10::IValue& value) {
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined()) return "none";
    const auto version = tensor.is_inference() ? 0U : tensor._version();
    return fmt::format("{} {}", fmt::ptr(tensor.unsafeGetTensorImpl()), version);
  }
  if (value.isInt() || value.isDouble() || value.isBool() || value.isString() || value.isNone())
    return c10::str(value);
  if (value.isList()) return fmt::format("{} items", value.toListRef().size());
  return {};
}

std::map<std::string, std::string> marks_of(const torch::jit::Module& module) {
  std::map<std::string, std::string> marks;
  for (const auto& attribute : module.named_attributes(/*recurse=*/true))
    marks.emplace(attribute.name, mark_of(attribute.value));
  return marks;
}

void add_random(const torch::jit::Block& block, std::vector<std::string>& found) {
  for (const torch::jit::Node* node : block.nodes()) {
    const std::string name = node->kind().toQualString();
    if (node->isNondeterministic() && std::ranges::find(found, name) == found.end())
      found.push_back(name);
    for (const torch::jit::Block* inner : node->blocks()) add_random(*inner, found);
  }
}

}  // namespace

void seed_calls(const c10::Device& device) {
  if (device.is_cpu()) {
    // at::manual_seed would look for CUDA, which the engine has not loaded.
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const std::scoped_lock lock(generator.mutex());
    generator.set_current_seed(kCallSeed);
    return;
  }
  at::manual_seed(kCallSeed);
}

StoredState::StoredState(const torch::jit::Module& module) : marks_(marks_of(module)) {}

std::vector<std::string> StoredState::written(const torch::jit::Module& module) const {
  std::vector<std::string> names;
  for (const auto& [name, mark] : marks_of(module)) {
    const auto before = marks_.find(name);
    if (before != marks_.end() && before->second != mark) names.push_back(name);
  }
  return names;
}

std::vector<std::string> random_operators(const torch::jit::Method& method) {
  const auto graph = method.graph()->copy();
  torch::jit::Inline(*graph);
  std::vector<std::string> found;
  add_random(*graph->block(), found);
  return found;
}

bool same_outputs(const Outputs& left, const Outputs& right) {
  // The keys have the number of the call; the order of the leaves is that of the structure.
  const std::vector<Leaf> ours = leaves_of(left.value, "out");
  const std::vector<Leaf> theirs = leaves_of(right.value, "out");
  return std::ranges::equal(ours, theirs, [&](const Leaf& one, const Leaf& other) {
    if (one.value->kind != other.value->kind) return false;
    if (one.value->kind != Value::Kind::tensor) {
      return one.value->integer == other.value->integer && one.value->real == other.value->real &&
             one.value->boolean == other.value->boolean && one.value->string == other.value->string;
    }
    const at::Tensor& mine = left.tensors.at(one.value->tensor);
    const at::Tensor& its = right.tensors.at(other.value->tensor);
    if (mine.sizes() != its.sizes() || mine.scalar_type() != its.scalar_type()) return false;
    return mine.equal(its) || (mine.is_floating_point() &&
                               ((mine == its) | (mine.isnan() & its.isnan())).all().item<bool>());
  });
}

}  // namespace tsctl
