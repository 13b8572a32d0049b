#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tsctl {

struct ProfileFlags {
  bool profile = false;
  std::string trace = {};  // a file for the recorded calls in Chrome's format; implies `profile`

  bool wanted() const noexcept { return profile || !trace.empty(); }
};

void add_profile_options(CLI::App& command, ProfileFlags& flags);

}  // namespace tsctl
