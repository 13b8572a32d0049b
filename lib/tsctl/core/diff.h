#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// What --ignore leaves out of a comparison.
enum class IgnoreKind { debug, extra, names, values };

constexpr auto names_of(IgnoreKind) {
  using enum IgnoreKind;
  return std::to_array<Named<IgnoreKind>>({
      {debug, "debug"},
      {extra, "extra"},
      {names, "names"},
      {values, "values"},
  });
}

struct DiffOptions {
  std::string path_a = {};
  std::string path_b = {};
  std::vector<IgnoreKind> ignore = {};

  bool ignores(IgnoreKind kind) const { return std::ranges::find(ignore, kind) != ignore.end(); }
};

// The member names of these structs are the keys of the document's "diff" object.

// renamed: B holds the same elements under another name. became_constant: B holds them as a constant.
enum class TensorChangeKind { added, removed, renamed, became_constant, dtype, shape, values };

constexpr auto names_of(TensorChangeKind) {
  using enum TensorChangeKind;
  return std::to_array<Named<TensorChangeKind>>({
      {added, "added"},
      {removed, "removed"},
      {renamed, "renamed"},
      {became_constant, "became_constant"},
      {dtype, "dtype"},
      {shape, "shape"},
      {values, "values"},
  });
}

enum class TextChangeKind { added, removed, changed, renamed };

constexpr auto names_of(TextChangeKind) {
  using enum TextChangeKind;
  return std::to_array<Named<TextChangeKind>>({
      {added, "added"},
      {removed, "removed"},
      {changed, "changed"},
      {renamed, "renamed"},
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
  std::optional<double> max_abs = {};
  std::optional<double> max_abs_to_peak = {};
  std::int64_t nonfinite = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TensorChange& value) {
  visit("name", value.name, "The path of the tensor");
  visit("kind", value.kind, "What holds it in A, or in B when it was added");
  visit("change", value.change, "What differs");
  visit("before", value.before, "In A: float32 [4, 8]; empty when it was added");
  visit("after", value.after,
        "In B; empty when it was removed; of renamed the new path, of became_constant the "
        "constant");
  visit("changed_elements", value.changed_elements, "Elements that differ");
  visit("count", value.count, "All elements");
  visit("max_abs", value.max_abs,
        "Of values: the largest difference of two finite elements, or of a component of complex "
        "ones; null for dtypes without such numbers");
  visit("max_abs_to_peak", value.max_abs_to_peak,
        "max_abs relative to the largest magnitude in A; null if A has only zeros");
  visit("nonfinite", value.nonfinite,
        Field("Elements that are NaN or infinite in one file and another number in the other")
            .at_least(0));
}

// An attribute, method, extra file or op in either file.
struct TextChange {
  std::string name = {};
  TextChangeKind change = TextChangeKind::changed;
  std::string before = {};
  std::string after = {};
  std::vector<std::string> lines = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, TextChange& value) {
  visit("name", value.name, "What changed");
  visit("change", value.change, "How it changed");
  visit("before", value.before, "In A; empty when it was added");
  visit("after", value.after, "In B; empty when it was removed; of renamed the new name");
  visit("lines", value.lines, "Of an extra file that is text in both: the lines of a unified diff");
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

// A call that only one of the two methods makes at its place, or that has other arguments in the other.
struct StructureChange {
  std::string method = {};
  std::string name = {};
  TextChangeKind change = TextChangeKind::changed;
  std::string module = {};
  std::string before = {};
  std::string after = {};
  std::string place_before = {};
  std::string place_after = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, StructureChange& value) {
  visit("method", value.method, "The method");
  visit("name", value.name, "The operator");
  visit("change", value.change, "How it changed");
  visit("module", value.module, "The path of the submodule that calls it; empty for the root");
  visit("before", value.before, "The call in A: aten::dropout(_, 0.5, False)");
  visit("after", value.after, "The call in B");
  visit("place_before", value.place_before, "Where A's code calls it: code/__torch__.py:12");
  visit("place_after", value.place_after, "Where B's code calls it");
}

// What --ignore left out.
struct IgnoredChanges {
  IgnoreKind kind = IgnoreKind::names;
  std::int64_t count = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, IgnoredChanges& value) {
  visit("kind", value.kind, "The kind of --ignore");
  visit("count", value.count, Field("How many differences it left out").at_least(0));
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
  std::vector<StructureChange> structure = {};
  std::vector<TextChange> attributes = {};
  std::vector<TextChange> extra_files = {};
  std::vector<IgnoredChanges> ignored = {};
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
  visit("structure", value.structure,
        "Calls that differ when the methods' calls are aligned in the order of the code");
  visit("attributes", value.attributes, "Attributes that differ");
  visit("extra_files", value.extra_files, "Extra files that differ");
  visit("ignored", value.ignored, "What --ignore left out");
  visit("notes", value.notes,
        "What the changes amount to, in words: 10 of 10 parameters became constants");
  visit("warnings", value.warnings, "About the comparison");
}

}  // namespace tsctl
