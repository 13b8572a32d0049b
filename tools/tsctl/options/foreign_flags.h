#pragma once

#include <span>
#include <string_view>

namespace tsctl {

// A flag that users of other programs type, and what tsctl has in its place.
struct ForeignFlag {
  std::string_view name;
  std::string_view ours;    // the flag of tsctl; empty if there is none
  std::string_view advice;  // one sentence that follows "tsctl COMMAND has no flag NAME"
};

std::span<const ForeignFlag> foreign_flags();

// The entry of that name, written as --warm-up, --warmUp or --warm_up; null for a name that no program has.
const ForeignFlag* foreign_flag(std::string_view name);

}  // namespace tsctl
