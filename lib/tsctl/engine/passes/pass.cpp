#include "tsctl/engine/passes/pass.h"

#include <torch/csrc/jit/frontend/schema_matching.h>

#include <array>
#include <utility>

namespace tsctl::passes {

namespace {

using torch::jit::Node;
using torch::jit::Value;

template <std::size_t row>
constexpr Pass bound_pass() {
  if constexpr (kPasses[row].scope == PassScope::model) {
    return {.info = kPasses[row], .on_model = run_on_model<row>};
  } else {
    return {.info = kPasses[row], .on_method = run_on_method<row>};
  }
}

template <std::size_t... rows>
constexpr std::array<Pass, sizeof...(rows)> bound_passes(std::index_sequence<rows...>) {
  return {bound_pass<rows>()...};
}

std::string free_name(const torch::jit::Module& module, const std::string& stem) {
  std::string name = stem;
  for (int number = 1; module.hasattr(name) || module.find_method(name); ++number)
    name = stem + '_' + std::to_string(number);
  return name;
}

}  // namespace

bool PassContext::may_rewrite(const Node& node) {
  if (!may_rewrite()) return false;
  model_.rewrites.last.operation = op_name(node);
  model_.rewrites.last.place = place_of(node);
  return true;
}

bool PassContext::may_rewrite() {
  RewriteCount& rewrites = model_.rewrites;
  ++rewrites.wanted;
  if (rewrites.limit && rewrites.wanted > *rewrites.limit) return false;
  rewrites.last = {.pass = rewrites.pass, .method = method_};
  return true;
}

void PassContext::rewrote(std::string change, std::int64_t count) {
  outcome_.changes.push_back(std::move(change));
  rewrote(count);
}

void PassContext::rewrote(std::int64_t count) {
  outcome_.changed = true;
  outcome_.rewritten += count;
}

void PassContext::skip(const Node& node, std::string reason) {
  outcome_.skipped.push_back({op_name(node), place_of(node), std::move(reason)});
}

void PassContext::remove_pass_through(const std::vector<Node*>& nodes) {
  for (Node* node : nodes) {
    if (!may_rewrite(*node)) continue;
    rewrote("removed " + op_name(*node) + " at " + place_of(*node));
    node->output()->replaceAllUsesWith(node->input(0));
    node->destroy();
  }
}

std::string PassContext::add_attribute(const std::string& stem, const c10::TypePtr& type,
                                       const c10::IValue& value) {
  const std::string name = free_name(module(), stem);
  module().register_attribute(name, type, value);
  return name;
}

std::string PassContext::add_submodule(const std::string& stem,
                                       const torch::jit::Module& submodule) {
  const std::string name = free_name(module(), stem);
  module().register_module(name, submodule);
  return name;
}

Value* PassContext::read_attribute(const std::string& name, Node* node) {
  const auto graph = this->graph();
  const torch::jit::WithInsertPoint before(node);
  return graph->insertGetAttr(graph->inputs().at(0), name);
}

Value* PassContext::insert_call(Node* before, const std::string& submodule,
                                const std::string& method, const std::vector<Value*>& arguments) {
  const auto graph = this->graph();
  const torch::jit::WithInsertPoint here(before);
  Value* const object = graph->insertGetAttr(graph->inputs().at(0), submodule);
  std::vector<torch::jit::NamedValue> given{object};
  given.insert(given.end(), arguments.begin(), arguments.end());
  const torch::jit::Function& function =
      object->type()->expectRef<c10::ClassType>().getMethod(method);
  const auto matched = torch::jit::matchSchema(function.getSchema(), before->sourceRange(), *graph,
                                               given, /*kwargs=*/{});
  Value* const result = graph->insertMethodCall(method, matched);
  for (Value* const inserted : {object, result})
    inserted->node()->setSourceRange(before->sourceRange());
  return result;
}

void PassContext::replace_by_call(Node* node, const std::string& submodule,
                                  const std::string& method, const std::vector<Value*>& arguments) {
  node->output()->replaceAllUsesWith(insert_call(node, submodule, method, arguments));
  node->destroy();
}

std::span<const Pass> listed_passes() {
  static constexpr auto kListed = bound_passes(std::make_index_sequence<kPasses.size()>());
  return kListed;
}

}  // namespace tsctl::passes
