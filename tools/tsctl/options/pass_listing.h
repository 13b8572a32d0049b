#pragma once

#include "session/context.h"
#include "tsctl/core/rewrite.h"

namespace CLI {
class App;
}

namespace tsctl {

// Adds --list-passes, which prints the passes of `command` at once and does nothing else.
void add_list_passes(CLI::App& command);

// Thrown while the command line is parsed, to end it with that text.
struct PassListing {};

// Every pass, one line each.
std::string pass_listing_text();

}  // namespace tsctl
