#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/warning.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

struct DiffOptions {
  std::string path_a = {};
  std::string path_b = {};
};

// The member names of these structs are the keys of the document's "diff" object.

// A parameter, buffer, tensor attribute or constant that is not the same in both files.
struct TensorChange {
  std::string name = {};
  std::string kind = {};    // in A, or in B when added
  std::string change = {};  // added, removed, became_constant, dtype, shape, values
  std::string before = {};  // "float32 [4, 8]"; "" when added
  std::string after = {};   // "" when removed; of became_constant the constant: "constant c0"
  std::int64_t changed_elements = 0;  // of values
  std::int64_t count = 0;             // elements
};

template <typename Visitor>
void visit_fields(Visitor& visit, TensorChange& value) {
  visit("name", value.name);
  visit("kind", value.kind);
  visit("change", value.change);
  visit("before", value.before);
  visit("after", value.after);
  visit("changed_elements", value.changed_elements);
  visit("count", value.count);
}

// An attribute, method, extra file or op in either file.
struct TextChange {
  std::string name = {};
  std::string change = {};  // added, removed, changed
  std::string before = {};
  std::string after = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, TextChange& value) {
  visit("name", value.name);
  visit("change", value.change);
  visit("before", value.before);
  visit("after", value.after);
}

// An operator that a method calls another number of times.
struct OpChange {
  std::string method = {};
  std::string name = {};
  std::int64_t before = 0;
  std::int64_t after = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpChange& value) {
  visit("method", value.method);
  visit("name", value.name);
  visit("before", value.before);
  visit("after", value.after);
}

struct DiffSide {
  std::string path = {};
  std::string class_name = {};
  std::int64_t size_bytes = 0;
  bool frozen = false;
  std::int64_t parameter_count = 0;
  std::int64_t constant_count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, DiffSide& value) {
  visit("path", value.path);
  visit("class_name", value.class_name);
  visit("size_bytes", value.size_bytes);
  visit("frozen", value.frozen);
  visit("parameter_count", value.parameter_count);
  visit("constant_count", value.constant_count);
}

// How two TorchScript files differ.
struct DiffResult {
  DiffSide a = {};
  DiffSide b = {};
  bool same = true;  // nothing below differs, extra files aside
  std::int64_t equal_tensors = 0;
  std::vector<TensorChange> tensors = {};
  std::vector<TensorChange> constants = {};
  std::vector<TextChange> methods = {};  // signatures
  std::vector<OpChange> ops = {};
  std::vector<TextChange> attributes = {};
  std::vector<TextChange> extra_files = {};
  std::vector<std::string> notes =
      {};  // what the changes amount to: "10 of 10 parameters became constants"
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, DiffResult& value) {
  visit("a", value.a);
  visit("b", value.b);
  visit("same", value.same);
  visit("equal_tensors", value.equal_tensors);
  visit("tensors", value.tensors);
  visit("constants", value.constants);
  visit("methods", value.methods);
  visit("ops", value.ops);
  visit("attributes", value.attributes);
  visit("extra_files", value.extra_files);
  visit("notes", value.notes);
  visit("warnings", value.warnings);
}

}  // namespace tsctl
