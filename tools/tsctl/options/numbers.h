#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tsctl {

// A number with what follows it: "2 %" is {2, "%"}.
struct Quantity {
  double value = 0.0;
  std::string unit = {};
};

// Nothing if the text does not begin with a finite number.
std::optional<Quantity> quantity_from(std::string_view text);

// The value of a flag: "2%" or "0.02"; "60", "60s", "500ms" or "2min" in seconds. Throw Error{usage} that names the flag.
double fraction_from(const std::string& text, const std::string& flag);
double seconds_from(const std::string& text, const std::string& flag);
// "8GiB", "500 MB", "4096" in bytes; "none" is 0. Throws Error{usage} that names the flag.
std::int64_t bytes_from(const std::string& text, const std::string& flag);

// A check for an option; `fault` returns what is wrong with a value, or "".
CLI::Validator checked(const std::function<std::string(const std::string&)>& fault);
// A finite number above 0.
CLI::Validator positive_number();

}  // namespace tsctl
