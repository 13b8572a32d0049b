#include "tsctl/core/base/value.h"

#include <algorithm>

#include "tsctl/core/base/identifier.h"

namespace tsctl {

namespace {

void collect_leaves(const Value& value, const std::string& name, std::vector<Leaf>& leaves) {
  if (!is_container(value.kind)) {
    leaves.push_back({name, &value});
    return;
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const bool keyed = i < value.keys.size();
    collect_leaves(value.items[i],
                   keyed ? member_name(name, value.keys[i]) : name + '[' + std::to_string(i) + ']',
                   leaves);
  }
}

std::string describe_items(const Value& value) {
  std::string text;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) text += ", ";
    if (i < value.keys.size()) text += value.keys[i] + ": ";
    text += describe_structure(value.items[i]);
  }
  return text;
}

std::string describe_container(const Value& value, const std::string& word) {
  if (!value.keys.empty() || value.kind == Value::Kind::dict)
    return word + '{' + describe_items(value) + '}';
  const bool only_tensors = std::ranges::all_of(
      value.items, [](const Value& item) { return item.kind == Value::Kind::tensor; });
  return word + '[' + (only_tensors ? std::to_string(value.items.size()) : describe_items(value)) +
         ']';
}

}  // namespace

std::vector<Leaf> leaves_of(const Value& value, const std::string& root) {
  std::vector<Leaf> leaves;
  collect_leaves(value, root, leaves);
  return leaves;
}

std::string describe_structure(const Value& value) {
  switch (value.kind) {
    case Value::Kind::none:
      return "none";
    case Value::Kind::tensor:
      return "tensor";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::integer:
      return "int";
    case Value::Kind::real:
      return "float";
    case Value::Kind::string:
      return "str";
    case Value::Kind::list:
      return describe_container(value, "list");
    case Value::Kind::tuple:
      return describe_container(value, "tuple");
    case Value::Kind::dict:
      return describe_container(value, "dict");
  }
  return {};
}

std::string member_name(const std::string& root, const std::string& key) {
  if (is_identifier(key)) return root + '.' + key;
  std::string quoted;
  for (const char letter : key) {
    if (letter == '\'' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return root + "['" + quoted + "']";
}

}  // namespace tsctl
