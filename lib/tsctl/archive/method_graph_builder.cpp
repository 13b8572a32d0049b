#include "tsctl/archive/method_graph_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsctl/archive/code_evaluator.h"
#include "tsctl/archive/code_walk.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/own_classes.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostDepth = 500;
constexpr std::size_t kMostNameBytes = 200;
constexpr std::size_t kMostArgumentsBytes = 160;
constexpr std::string_view kConstants = "CONSTANTS";

std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "…";
}

std::string arguments_text(const CodeArguments& arguments) {
  std::string text;
  for (const auto& [name, value] : arguments) {
    if (text.size() > kMostArgumentsBytes) break;
    if (!text.empty()) text += ", ";
    if (!name.empty()) text.append(name).append("=");
    text += value.global.empty() ? value.text : value.global;
  }
  return cut(text, kMostArgumentsBytes);
}

std::string joined_path(std::string_view path, std::string_view member) {
  std::string text(path);
  if (!text.empty()) text += '.';
  return text.append(member);
}

bool is_interface(const CodeClass& type) { return type.base.ends_with("Interface"); }

// The class without its module: "Linear".
std::string short_class(std::string_view name) {
  const std::string plain = plain_class_name(name);
  return plain.substr(plain.rfind('.') + 1);
}

// Functions of TorchScript that give their last argument, of another type.
bool gives_its_argument(std::string_view name) {
  return name == "annotate" || name == "unchecked_cast" || name == "_jit_internal.annotate";
}

}  // namespace

MethodGraphBuilder::Level::Level(MethodGraphBuilder& builder) : builder_(builder) {
  if (builder_.depth_ >= kMostDepth)
    throw GraphStop{fmt::format("its code is nested more than {} levels deep", kMostDepth)};
  ++builder_.depth_;
}

void MethodGraphBuilder::spend(std::size_t steps) {
  if (steps > limits_.steps) throw GraphStop{"its code calls more than can be followed safely"};
  limits_.steps -= steps;
}

void MethodGraphBuilder::spend_row() {
  if (limits_.rows == 0) throw GraphStop{"its code makes more calls than are followed"};
  --limits_.rows;
}

CodeValue MethodGraphBuilder::add_node(MethodNodeKind kind, std::string_view name,
                                       std::string_view arguments, std::vector<std::int64_t> inputs,
                                       const CodePlace& place) {
  spend_row();
  spend(16 * (1 + inputs.size()));  // that stay in memory
  const auto index = std::ssize(graph_.nodes);
  graph_.nodes.push_back({kind, cut(name, kMostNameBytes), std::string(arguments), scope_,
                          std::move(inputs), cut(place.record, kMostNameBytes), place.line});
  return {.nodes = {index}};
}

void MethodGraphBuilder::merge(CodeValue& into, const CodeValue& other) {
  if (other.nodes.empty()) return;
  spend(into.nodes.size() + other.nodes.size());
  std::vector<std::int64_t> all;
  std::ranges::set_union(into.nodes, other.nodes, std::back_inserter(all));
  into.nodes = std::move(all);
}

void MethodGraphBuilder::open_scope(MethodScopeKind kind, std::string_view name,
                                    std::string_view path) {
  spend_row();
  graph_.scopes.push_back({kind, cut(name, kMostNameBytes), cut(path, kMostNameBytes), scope_});
  scope_ = std::ssize(graph_.scopes) - 1;
  nodes_before_.push_back(graph_.nodes.size());
}

void MethodGraphBuilder::close_scope() {
  // A branch such as "else: pass" has nothing to show.
  const bool is_empty = graph_.nodes.size() == nodes_before_.back();
  nodes_before_.pop_back();
  scope_ = graph_.scopes[static_cast<std::size_t>(scope_)].parent;
  if (is_empty) graph_.scopes.pop_back();
}

CodeValue MethodGraphBuilder::select(const CodeValue& value, std::string_view member,
                                     const CodePlace& place) {
  spend(1);
  if (!value.global.empty()) {
    if (value.global == kConstants) {
      const std::string name(member);
      const auto known = leaves_.find("CONSTANTS." + name);
      if (known != leaves_.end()) return known->second;
      const CodeValue node = add_node(MethodNodeKind::constant, name, {}, {}, place);
      return leaves_.emplace("CONSTANTS." + cut(name, kMostNameBytes), node).first->second;
    }
    if (value.global.size() > kMostNameBytes) return {};
    return {.text = "_", .global = value.global + "." + std::string(member)};
  }
  const CodeClass* owner = value.is_object() ? code_.find_class(value.type) : nullptr;
  if (owner == nullptr) return {.nodes = value.nodes, .method = member};
  spend(owner->attributes.size() + owner->methods.size());
  const std::string_view type = owner->attribute_type(member);
  if (type.empty()) {
    return {.nodes = value.nodes, .type = value.type, .path = value.path, .method = member};
  }
  const std::string path = joined_path(value.path, member);
  if (path.size() > kMostNameBytes) return {};
  if (const auto found = code_.classes.find(type); found != code_.classes.end())
    return {.nodes = value.nodes, .type = found->first, .path = path};
  const auto known = leaves_.find(path);
  if (known != leaves_.end()) return known->second;
  return leaves_.emplace(path, add_node(MethodNodeKind::attribute, path, {}, {}, place))
      .first->second;
}

void MethodGraphBuilder::set_attribute(const CodeValue& object, std::string_view member,
                                       const CodeValue& value, const CodePlace& place) {
  const std::string path = joined_path(object.path, member);
  add_node(MethodNodeKind::op, "prim::SetAttr", cut(path, kMostArgumentsBytes), value.nodes, place);
  leaves_.erase(path);
}

CodeValue MethodGraphBuilder::add_call(std::string_view name, const CodeValue* object,
                                       const CodeArguments& arguments, const CodePlace& place) {
  CodeValue inputs;
  if (object != nullptr) merge(inputs, *object);
  for (const auto& [keyword, value] : arguments) merge(inputs, value);
  std::string text = arguments_text(arguments);
  if (object != nullptr) text = text.empty() ? "_" : "_, " + text;
  return add_node(MethodNodeKind::op, name, text, std::move(inputs.nodes), place);
}

CodeValue MethodGraphBuilder::follow(const CodeFunction& function, const CodeValue* self,
                                     const CodeArguments& arguments, MethodScopeKind kind,
                                     std::string_view name, std::string_view path) {
  open_scope(kind, name, path);
  CodeValue result = run(function, self, arguments);
  close_scope();
  return result;
}

CodeValue MethodGraphBuilder::run(const CodeFunction& function, const CodeValue* self,
                                  const CodeArguments& arguments) {
  const Level level(*this);
  spend(function.body.size() + function.parameters.size() * (arguments.size() + 1));
  open_.push_back(&function);
  CodeEvaluator evaluator(*this, function);
  std::size_t position = 0;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const CodeParameter& parameter = function.parameters[i];
    if (i == 0 && self != nullptr) {
      evaluator.bind(parameter.name, *self);
      continue;
    }
    const auto named = std::ranges::find_if(
        arguments, [&](const auto& argument) { return argument.first == parameter.name; });
    CodeValue value{.text = cut(parameter.default_value, kMostArgumentsBytes)};
    if (named != arguments.end()) {
      value = named->second;
    } else if (position < arguments.size() && arguments[position].first.empty()) {
      value = arguments[position++].second;
    }
    evaluator.bind(parameter.name, std::move(value));
  }
  CodeValue result = evaluator.run();
  open_.pop_back();
  return result;
}

// Of which only one kernel runs: it is one call.
bool MethodGraphBuilder::is_packed_layer(const CodeClass& type) {
  spend(type.source.size());
  return !type.source.empty() && own_class(type) == OwnClass::packed_layer;
}

CodeValue MethodGraphBuilder::call_object(const CodeValue& object, std::string_view method,
                                          const CodeArguments& arguments, const CodePlace& place) {
  const CodeClass* type = code_.find_class(object.type);
  const CodeFunction* target = type == nullptr ? nullptr : type->method(method);
  const bool recurs = std::ranges::find(open_, target) != open_.end();
  if (target == nullptr || is_interface(*type) || recurs || is_packed_layer(*type)) {
    const std::string name = short_class(object.type) + "." + std::string(method);
    return add_call(name, &object, arguments, place);
  }
  const CodeValue self{.nodes = object.nodes, .type = object.type, .path = object.path};
  const std::string_view here =
      scope_ < 0 ? std::string_view() : graph_.scopes[static_cast<std::size_t>(scope_)].path;
  if (object.path == here)  // another method of the same module
    return follow(*target, &self, arguments, MethodScopeKind::function, method, object.path);
  return follow(*target, &self, arguments, MethodScopeKind::module, short_class(object.type),
                object.path);
}

CodeValue MethodGraphBuilder::call_global(const CodeValue& callee, const CodeArguments& arguments,
                                          const CodePlace& place) {
  const std::string& name = callee.global;
  if (name == "getattr" && arguments.size() == 2) {
    std::string_view member = arguments[1].second.text;
    if (member.size() >= 2) member = member.substr(1, member.size() - 2);
    // The view must outlive the call: it is that of the class's attribute.
    const CodeClass* owner = code_.find_class(arguments[0].second.type);
    if (owner == nullptr) return {.nodes = arguments[0].second.nodes};
    spend(owner->attributes.size());
    for (const auto& [attribute, type] : owner->attributes) {
      if (attribute == member) return select(arguments[0].second, attribute, place);
    }
    return {.nodes = arguments[0].second.nodes};
  }
  if (gives_its_argument(name) && !arguments.empty()) return arguments.back().second;
  if (name == "uninitialized") return {};
  if (name == "range") {
    CodeValue numbers{.text = "range(" + arguments_text(arguments) + ")"};
    for (const auto& [keyword, value] : arguments) merge(numbers, value);
    return numbers;
  }
  if (const std::string op = op_name({CodeOperand::Kind::name, name, {}}, true); !op.empty())
    return add_call(op, nullptr, arguments, place);
  const std::string_view here =
      scope_ < 0 ? std::string_view() : graph_.scopes[static_cast<std::size_t>(scope_)].path;
  const auto function = code_.functions.find(name);
  if (function != code_.functions.end() &&
      std::ranges::find(open_, &function->second) == open_.end()) {
    return follow(function->second, nullptr, arguments, MethodScopeKind::function,
                  function->second.name, std::string(here));
  }
  return add_call(short_class(name), nullptr, arguments, place);
}

CodeValue MethodGraphBuilder::call(const CodeValue& callee, const CodeArguments& arguments,
                                   const CodePlace& place) {
  spend(8 * (arguments.size() + 1));
  if (!callee.global.empty()) return call_global(callee, arguments, place);
  if (!callee.type.empty())
    return call_object(callee, callee.method.empty() ? "forward" : callee.method, arguments, place);
  const std::string name =
      callee.method.empty() ? "prim::CallFunction" : "aten::" + std::string(callee.method);
  return add_call(name, &callee, arguments, place);
}

}  // namespace tsctl
