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

// Checks the names that the flags give. Throws Error{usage} for a pass that there is not, and for one that is to run or
// to be printed although `goal` never runs it.
void check_pass_flags(const PassFlags& flags, RewriteGoal goal);

// The passes that do not run: those of --disable-pass, and with --only-pass the others of each step that it names a
// pass of. --only-pass never leaves freeze_constants out, and leaves all of optimize out that it does not name.
std::vector<std::string> left_out_passes(const PassFlags& flags);

}  // namespace tsctl
