#pragma once

#include <string>

#include "session/command_session.h"

namespace tsctl {

// The SVG that Graphviz's program `dot`, from PATH, makes of a graph in its language. Throws Error{environment} if it is
// not installed, fails, or takes longer than --timeout (60 s without one), and Interrupted.
std::string svg_from_dot(CommandSession& session, const std::string& dot);

}  // namespace tsctl
