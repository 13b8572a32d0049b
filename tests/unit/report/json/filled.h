#pragma once

#include "tsctl/report/json/json_convert.h"

namespace tsctl {

// Gives every member that a field list names a value that is not its default and that no other member has.
class Filler {
 public:
  template <typename T>
  void operator()(const char*, T& value, const Field& = {}) {
    fill(value);
  }

  template <typename T>
  void fill(T& value) {
    ++number_;
    if constexpr (Vocabulary<T>) {
      value = names_of(T{}).back().value == T{} ? names_of(T{}).front().value
                                                : names_of(T{}).back().value;
    } else if constexpr (json::IsVariant<T>::value) {
      fill(value.template emplace<std::variant_size_v<T> - 1>());
    } else if constexpr (std::is_same_v<T, WarningCodeText>) {
      value = "code_" + std::to_string(number_);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = !value;
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      value = ~std::uint64_t{0} - static_cast<std::uint64_t>(number_);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      value = -(std::int64_t{1} << 62) - number_;
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(number_ + 0.1);
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = "text \"" + std::to_string(number_) + "\"\n\té";
    } else if constexpr (json::IsOptional<T>::value) {
      fill(value.emplace());
    } else if constexpr (json::IsPair<T>::value) {
      fill(value.first);
      fill(value.second);
    } else if constexpr (json::IsVector<T>::value) {
      fill(value.emplace_back());
      fill(value.emplace_back());
    } else if constexpr (json::IsMap<T>::value) {
      fill(value["key " + std::to_string(number_)]);
    } else {
      visit_fields(*this, value);
    }
  }

 private:
  int number_ = 0;
};

template <typename T>
T filled() {
  T value;
  Filler().fill(value);
  return value;
}

}  // namespace tsctl
