#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsctl/core/method_graph.h"

namespace tsctl {

// Goes to a scope of the graph (-1: the method itself): closes open scopes, the innermost first, and opens others, the
// outermost first, until `open` is the path to it. Calls close() for each scope that it closes, and open_scope(index).
template <typename Close, typename Open>
void enter_scope(const MethodGraph& graph, std::int64_t scope, std::vector<std::int64_t>& open,
                 const Close& close, const Open& open_scope) {
  std::vector<std::int64_t> path;
  for (std::int64_t at = scope; at >= 0; at = graph.scopes[static_cast<std::size_t>(at)].parent)
    path.insert(path.begin(), at);
  std::size_t same = 0;
  while (same < path.size() && same < open.size() && path[same] == open[same]) ++same;
  while (open.size() > same) {
    open.pop_back();
    close();
  }
  for (; same < path.size(); ++same) {
    open_scope(path[same]);
    open.push_back(path[same]);
  }
}

}  // namespace tsctl
