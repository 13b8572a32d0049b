#pragma once

#include <string>

#include "options/option_groups.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// The flags that freeze and optimize share.
struct RewriteFlags {
  std::string model = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  OutputFlags output = {};
  PassFlags passes = {};
  RunOptions run = {};
  ReportOptions report = {};
  bool verify = true;
  bool bisect = false;
  RewriteGoal goal = RewriteGoal::freeze;
};

void add_rewrite_options(CLI::App& command, RewriteFlags& flags);

// Rewrites the file, keeps its manifest and extra files, compares the result with the input file, and writes it.
ExitCode rewrite_command(CommandSession& session, const RewriteFlags& flags);

}  // namespace tsctl
