#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

struct DiffOptions {
  std::string path_a = {};
  std::string path_b = {};
};

// The member names of these structs are the keys of the document's "diff" object.

// became_constant: B holds the same elements as a constant.
enum class TensorChangeKind { added, removed, became_constant, dtype, shape, values };

constexpr auto names_of(TensorChangeKind) {
  using enum TensorChangeKind;
  return std::to_array<Named<TensorChangeKind>>({
      {added, "added"},
      {removed, "removed"},
      {became_constant, "became_constant"},
      {dtype, "dtype"},
      {shape, "shape"},
      {values, "values"},
  });
}

enum class TextChangeKind { added, removed, changed };

constexpr auto names_of(TextChangeKind) {
  using enum TextChangeKind;
  return std::to_array<Named<TextChangeKind>>({
      {added, "added"},
      {removed, "removed"},
      {changed, "changed"},
  });
}

// A parameter, buffer, tensor attribute or constant that is not the same in both files.
struct TensorChange {
  std::string name = {};
  TensorKind kind = TensorKind::attribute;
  TensorChangeKind change = TensorChangeKind::values;
  std::string before = {};
  std::string after = {};
  std::int64_t changed_elements = 0;
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TensorChange& value) {
  visit("name", value.name, "The path of the tensor");
  visit("kind", value.kind, "What holds it in A, or in B when it was added");
  visit("change", value.change, "What differs");
  visit("before", value.before, "In A: float32 [4, 8]; empty when it was added");
  visit("after", value.after, "In B; empty when it was removed; of became_constant the constant");
  visit("changed_elements", value.changed_elements, "Elements that differ");
  visit("count", value.count, "All elements");
}

// An attribute, method, extra file or op in either file.
struct TextChange {
  std::string name = {};
  TextChangeKind change = TextChangeKind::changed;
  std::string before = {};
  std::string after = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, TextChange& value) {
  visit("name", value.name, "What changed");
  visit("change", value.change, "How it changed");
  visit("before", value.before, "In A; empty when it was added");
  visit("after", value.after, "In B; empty when it was removed");
}

// An operator that a method calls a different number of times.
struct OpChange {
  std::string method = {};
  std::string name = {};
  std::int64_t before = 0;
  std::int64_t after = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, OpChange& value) {
  visit("method", value.method, "The method that calls it");
  visit("name", value.name, "The operator");
  visit("before", value.before, "Calls in A");
  visit("after", value.after, "Calls in B");
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
  visit("path", value.path, "The file");
  visit("class_name", value.class_name, "The class of the root");
  visit("size_bytes", value.size_bytes, "Its size");
  visit("frozen", value.frozen, "The weights are constants");
  visit("parameter_count", value.parameter_count, "Elements of the parameters");
  visit("constant_count", value.constant_count, "Elements of the constants");
}

// How two TorchScript files differ.
struct DiffResult {
  DiffSide a = {};
  DiffSide b = {};
  bool same = true;
  std::int64_t equal_tensors = 0;
  std::vector<TensorChange> tensors = {};
  std::vector<TensorChange> constants = {};
  std::vector<TextChange> methods = {};
  std::vector<OpChange> ops = {};
  std::vector<TextChange> attributes = {};
  std::vector<TextChange> extra_files = {};
  std::vector<std::string> notes = {};
  std::vector<Warning> warnings = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, DiffResult& value) {
  visit("a", value.a, "The first file");
  visit("b", value.b, "The second file");
  visit("same", value.same, "Nothing below differs, apart from extra files");
  visit("equal_tensors", value.equal_tensors, "Tensors that are the same in both");
  visit("tensors", value.tensors, "Parameters, buffers and tensors in attributes that differ");
  visit("constants", value.constants, "Constants that differ");
  visit("methods", value.methods, "Signatures that differ");
  visit("ops", value.ops, "Operators that are called a different number of times");
  visit("attributes", value.attributes, "Attributes that differ");
  visit("extra_files", value.extra_files, "Extra files that differ");
  visit("notes", value.notes,
        "What the changes amount to, in words: 10 of 10 parameters became constants");
  visit("warnings", value.warnings, "About the comparison");
}

}  // namespace tsctl
