#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/graph.h"

namespace tsctl {

// Calls before the executed graph is read: one profiles, one compiles, two run the result.
inline constexpr int kCallsBeforeExecutedGraph = 4;

// The method's graph as text: as stored in the file ("graph"), with all calls inlined ("inlined"), or as the executor
// runs it for the first call of the tensor file ("executed"). Throws Error{usage} for another kind.
GraphResult read_graph(const GraphRequest& request, Events& events);

}  // namespace tsctl
