#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inspect.h"
#include "tsctl/core/warning.h"

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

// An attribute, method, extra file or op in either file.
struct TextChange {
  std::string name = {};
  std::string change = {};  // added, removed, changed
  std::string before = {};
  std::string after = {};
};

// An operator that a method calls another number of times.
struct OpChange {
  std::string method = {};
  std::string name = {};
  std::int64_t before = 0;
  std::int64_t after = 0;
};

struct DiffSide {
  std::string path = {};
  std::string class_name = {};
  std::int64_t size_bytes = 0;
  bool frozen = false;
  std::int64_t parameter_count = 0;
  std::int64_t constant_count = 0;
};

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

}  // namespace tsctl
