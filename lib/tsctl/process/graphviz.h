#pragma once

#include <functional>
#include <string>

namespace tsctl {

// Lets Graphviz's program `dot`, from PATH, draw the graph in one file as SVG into another. `check` is called while it runs
// and may throw. Throws Error{environment} if dot is not installed, fails, or takes longer than `timeout_s`.
void draw_with_graphviz(const std::string& dot_file, const std::string& svg_file, double timeout_s,
                        const std::function<void()>& check);

}  // namespace tsctl
