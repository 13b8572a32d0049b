#pragma once

#include <string>
#include <vector>

#include "options/option_groups.h"
#include "session/context.h"
#include "tsctl/core/rewrite.h"

namespace CLI {
class App;
}

namespace tsctl {

// Adds --list-passes, which prints all passes and does nothing else.
void add_list_passes(CLI::App& command);

// Thrown while the command line is parsed, to end it with that text.
struct PassListing {};

// Every pass, one line each.
std::string pass_listing_text();

// Checks the pass names that the flags give. Throws Error{usage} for an unknown pass, and for a pass to run or to print
// that `goal` never runs.
void check_pass_flags(const PassFlags& flags, RewriteGoal goal);

// The passes that do not run: those of --disable-pass, and those that --only-pass excludes. --only-pass excludes every
// pass of optimize that it does not name. If it names a pass of freeze, it also excludes the other passes of freeze,
// except freeze_constants.
std::vector<std::string> left_out_passes(const PassFlags& flags);

}  // namespace tsctl
