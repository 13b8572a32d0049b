#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "run.h"
#include "tsctl/worker/bench_session.h"

namespace tsctl {

struct ProfileFlags {
  bool profile = false;
  std::string trace = {};  // takes the recorded calls in Chrome's format, and means `profile`

  bool wanted() const noexcept { return profile || !trace.empty(); }
};

void add_profile_options(CLI::App& command, ProfileFlags& flags);

// Records every arm, one after the other in processes of their own, and adds the profiles to the report's bench.
void profile_step(Run& run, const std::vector<BenchArm>& arms, const ProfileFlags& flags);

}  // namespace tsctl
