#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tsctl {

// One argument or result of a model, with its structure: a leaf, or a container of others. Tensors
// are not held here; a tensor leaf names its entry in the tensor file that the value belongs to.
struct Value {
  enum class Kind { none, tensor, boolean, integer, real, string, list, tuple, dict };

  Kind kind = Kind::none;
  std::string tensor = {};     // key in the tensor file
  bool complex_pairs = false;  // the stored tensor holds (real, imaginary) in its last dimension
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0.0;
  std::string string = {};
  std::vector<Value> items = {};       // of list, tuple and dict, in order
  std::vector<std::string> keys = {};  // of dict; of a tuple the field names if it has any
};

// A leaf of a value with its name: "out", "out.logits", "out.hidden[0]".
struct Leaf {
  std::string name = {};
  const Value* value = nullptr;
};

// The leaves of `value` in order. The result points into `value`.
std::vector<Leaf> leaves_of(const Value& value, const std::string& root);

// The structure in words, for messages: "dict{logits: tensor, hidden: list[2]}".
std::string describe_structure(const Value& value);

// The name that "out" and `key` make together: "out.key", or "out['odd key']" for a key that is no identifier.
std::string member_name(const std::string& root, const std::string& key);

// One call of a model: its arguments and, where it was run, what came back.
struct CallRecord {
  std::string label = {};  // "B=8, T=16"; "" for the only set without dimensions
  std::vector<Value> args = {};
  std::vector<std::pair<std::string, Value>> kwargs = {};
  std::optional<Value> outputs = {};
};

}  // namespace tsctl
