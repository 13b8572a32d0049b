#pragma once

#include "tsctl/core/base/events.h"
#include "tsctl/core/graph.h"

namespace tsctl {

// Calls before the executed graph is read: one that profiles, one that specializes, two that run the result.
inline constexpr int kCallsBeforeExecutedGraph = 4;

// The method's graph as text: as it is in the file ("graph"), with every call inlined ("inlined"), or as the
// executor last ran it ("executed", on the first call of the tensor file). Throws Error{usage} for another kind.
GraphResult read_graph(const GraphRequest& request, Events& events);

}  // namespace tsctl
