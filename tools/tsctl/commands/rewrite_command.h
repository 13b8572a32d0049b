#pragma once

#include <string>

#include "options/option_groups.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// What freeze and optimize have in common: a file that becomes another.
struct RewriteFlags {
  std::string model = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  OutputFlags output = {};
  PassFlags passes = {};
  RunOptions run = {};
  ReportOptions report = {};
  bool verify = true;
  RewriteGoal goal = RewriteGoal::freeze;
};

void add_rewrite_options(CLI::App& command, RewriteFlags& flags);

// Rewrites, keeps the manifest and the extra files, reloads, compares with the input file, writes.
ExitCode rewrite_command(CommandSession& session, const RewriteFlags& flags);

}  // namespace tsctl
