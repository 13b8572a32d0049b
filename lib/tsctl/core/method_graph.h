#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

namespace tsctl {

enum class MethodNodeKind { input, op, condition, attribute, constant, output };

constexpr auto names_of(MethodNodeKind) {
  using enum MethodNodeKind;
  return std::to_array<Named<MethodNodeKind>>({
      {input, "input"},
      {op, "op"},
      {condition, "condition"},
      {attribute, "attribute"},
      {constant, "constant"},
      {output, "output"},
  });
}

enum class MethodScopeKind { module, function, branch, loop };

constexpr auto names_of(MethodScopeKind) {
  using enum MethodScopeKind;
  return std::to_array<Named<MethodScopeKind>>({
      {module, "module"},
      {function, "function"},
      {branch, "branch"},
      {loop, "loop"},
  });
}

// A value of a method: what its code calls, reads, takes or returns.
struct MethodNode {
  MethodNodeKind kind = MethodNodeKind::op;
  std::string name = {};
  std::string arguments = {};
  std::int64_t scope = -1;
  std::vector<std::int64_t> inputs = {};
  std::string record = {};
  std::int64_t line = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodNode& value) {
  visit("kind", value.kind, "What the node is");
  visit("name", value.name,
        "The operator (aten::linear), the parameter, the path of an attribute, the constant");
  visit("arguments", value.arguments,
        "Of an operator: its arguments, with _ in the place of what the inputs give");
  visit("scope", value.scope,
        Field("The scope that holds it, counted from 0; -1 for the method itself").at_least(-1));
  visit("inputs", value.inputs,
        Field("The nodes whose values it takes, counted from 0").at_least(0));
  visit("record", value.record, "The record of the code: code/__torch__.py");
  visit("line", value.line, Field("The line in it; 0 if there is none").at_least(0));
}

// A part of a method: a submodule that it calls, a function, a branch or the body of a loop.
struct MethodScope {
  MethodScopeKind kind = MethodScopeKind::module;
  std::string name = {};
  std::string path = {};
  std::int64_t parent = -1;
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodScope& value) {
  visit("kind", value.kind, "What the scope is");
  visit("name", value.name, "The class of the submodule, the function, or if, else, for, while");
  visit("path", value.path, "The module path of the submodule that runs there: encoder.0");
  visit("parent", value.parent, Field("The scope around it; -1 for the method").at_least(-1));
}

// What a method's code calls, in the order of the code, and which values go where. It is read from the text: nothing is
// run. Calls of submodules and functions are followed.
struct MethodGraph {
  std::string method = {};
  std::vector<MethodNode> nodes = {};
  std::vector<MethodScope> scopes = {};
  std::string incomplete = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, MethodGraph& value) {
  visit("method", value.method, "The method of the root");
  visit("nodes", value.nodes, "Its nodes, in the order of the code");
  visit("scopes", value.scopes, "Submodules, functions, branches and loops");
  visit("incomplete", value.incomplete, "Why the rest of the method is missing; empty if none is");
}

}  // namespace tsctl
