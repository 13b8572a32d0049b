#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tsctl {

// What a struct's field list says about a key beside its member: the description, and the values that its type alone does
// not exclude. The report's JSON Schema is made from it. Limits of numbers hold for each item of a list.
//   visit("launch", value.launch, Field("The launch, counted from 1").at_least(1));
struct Field {
  const char* description = "";
  std::optional<int> minimum = {};
  std::optional<int> above = {};
  std::optional<int> below = {};
  std::optional<std::size_t> most_items = {};
  const char* pattern = "";                  // a regular expression for a text
  std::vector<std::string> (*texts)() = {};  // all values of a text
  std::vector<int> (*numbers)() = {};        // all values of a number
  bool never_empty = false;                  // of a text
  bool always_finite = false;                // a number that is never null
  bool omitted_without_value = false;        // the key is left out where it would be null

  constexpr Field() = default;
  // A text alone is a description.
  constexpr Field(const char* text) : description(text) {}

  constexpr Field at_least(int value) const { return with(&Field::minimum, value); }
  constexpr Field greater_than(int value) const { return with(&Field::above, value); }
  constexpr Field less_than(int value) const { return with(&Field::below, value); }
  constexpr Field at_most_items(std::size_t count) const { return with(&Field::most_items, count); }
  constexpr Field matching(const char* expression) const {
    return with(&Field::pattern, expression);
  }
  constexpr Field one_of(std::vector<std::string> (*values)()) const {
    return with(&Field::texts, values);
  }
  constexpr Field one_of(std::vector<int> (*values)()) const {
    return with(&Field::numbers, values);
  }
  constexpr Field not_empty() const { return with(&Field::never_empty, true); }
  constexpr Field finite() const { return with(&Field::always_finite, true); }
  constexpr Field optional_key() const { return with(&Field::omitted_without_value, true); }

 private:
  template <typename Member, typename Value>
  constexpr Field with(Member Field::*member, Value value) const {
    Field copy = *this;
    copy.*member = value;
    return copy;
  }
};

}  // namespace tsctl
