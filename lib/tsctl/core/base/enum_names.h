#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tsctl {

// A value of a closed vocabulary with its name in documents and on the command line.
template <typename Enum>
struct Named {
  Enum value;
  std::string_view name;
};

// A closed vocabulary is an enum with one table of names beside it, which JSON, its schema and the command line use:
//   constexpr auto names_of(Gate) {
//     return std::to_array<Named<Gate>>({{Gate::pass, "pass"}, {Gate::fail, "fail"}});
//   }
// In a document, an empty std::optional of it is empty text.
template <typename T>
concept Vocabulary = std::is_enum_v<T> && requires(T value) {
  names_of(value);
};

template <Vocabulary Enum>
std::string name_of(Enum value) {
  for (const Named<Enum>& row : names_of(value)) {
    if (row.value == value) return std::string(row.name);
  }
  return {};
}

template <Vocabulary Enum>
std::string name_of(const std::optional<Enum>& value) {
  return value ? name_of(*value) : std::string();
}

template <Vocabulary Enum>
std::optional<Enum> value_of(std::string_view name) {
  for (const Named<Enum>& row : names_of(Enum{})) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

// All names, in the table's order.
template <Vocabulary Enum>
std::vector<std::string> name_list() {
  std::vector<std::string> names;
  for (const Named<Enum>& row : names_of(Enum{})) names.emplace_back(row.name);
  return names;
}

}  // namespace tsctl
