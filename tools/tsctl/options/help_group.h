#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "options/option_groups.h"
#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// Adds options to a command, below one heading of its help. Options without a heading are in kNoHeading.
class HelpGroup {
 public:
  static constexpr const char* kNoHeading = "Options";

  HelpGroup(CLI::App& command, const char* heading) : command_(command), heading_(heading) {}

  // Takes one value; the help shows it as `type`.
  template <typename Target>
  CLI::Option* option(const char* flags, const char* type, Target& target,
                      const std::string& help) const {
    return command_.add_option(flags, target, help)->group(heading_)->type_name(type);
  }

  // May be given several times, with one value each.
  CLI::Option* repeatable(const char* flags, const char* type, std::vector<std::string>& target,
                          const std::string& help) const {
    return add_repeatable(command_, flags, target, help)->group(heading_)->type_name(type);
  }

  // Takes a name from the table of an enum. The target may be optional.
  template <Vocabulary Enum, typename Target>
  CLI::Option* choice(const char* flags, Target& target, const std::string& help) const {
    return add_choice<Enum>(command_, flags, target, help)->group(heading_);
  }

  // Takes a value after "=" only; `flags` states the one that it has without: "--deny{warning}".
  CLI::Option* option_flag(const char* flags, std::string& target, const std::string& help) const {
    return command_.add_flag(flags, target, help)->group(heading_);
  }

  // Takes no value.
  CLI::Option* flag(const char* flags, bool& target, const std::string& help) const {
    return command_.add_flag(flags, target, help)->group(heading_);
  }

  // Takes no value, and tells "not given" from "no": "--keep-heap,!--no-keep-heap".
  CLI::Option* flag(const char* flags, std::optional<bool>& target, const std::string& help) const {
    const auto set = [&target](std::int64_t count) { target = count > 0; };
    return command_.add_flag_function(flags, set, help)->group(heading_);
  }

 private:
  CLI::App& command_;
  const char* heading_;
};

}  // namespace tsctl
