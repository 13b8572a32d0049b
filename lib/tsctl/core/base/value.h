#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tsctl {

// An argument or result of a model: a leaf, or a container of values. A tensor leaf holds no data, only the key of its
// tensor in the tensor file that the value belongs to.
struct Value {
  enum class Kind { none, tensor, boolean, integer, real, string, list, tuple, dict };

  Kind kind = Kind::none;
  std::string tensor = {};     // key in the tensor file
  bool complex_pairs = false;  // the last dimension of the stored tensor is (real, imaginary)
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0.0;
  std::string string = {};
  std::vector<Value> items = {};       // of list, tuple and dict, in order
  std::vector<std::string> keys = {};  // of dict; for a named tuple or a dataclass, the field names
};

// A leaf of a value and its name: "out", "out.logits", "out.hidden[0]".
struct Leaf {
  std::string name = {};
  const Value* value = nullptr;
};

// Whether a value of this kind has items.
constexpr bool is_container(Value::Kind kind) noexcept {
  return kind == Value::Kind::list || kind == Value::Kind::tuple || kind == Value::Kind::dict;
}

// The leaves of `value`, in order. The result points into `value`.
std::vector<Leaf> leaves_of(const Value& value, const std::string& root);

// The structure as text for messages: "dict{logits: tensor, hidden: list[2]}".
std::string describe_structure(const Value& value);

// The name of the member `key` of `root`: "out.key", or "out['odd key']" if the key is not an identifier.
std::string member_name(const std::string& root, const std::string& key);

// One call of a model: its arguments and, if it was run, its outputs.
struct CallRecord {
  std::string label = {};  // "B=8, T=16"; "" without dimensions
  int call = 1;            // later ones only if the outputs change from call to call
  std::vector<Value> args = {};
  std::vector<std::pair<std::string, Value>> kwargs = {};
  std::optional<Value> outputs = {};
};

}  // namespace tsctl
