#pragma once

#include <iosfwd>
#include <span>

#include "tsctl/core/base/events.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

namespace passes {
struct Pass;
}

// Freezes a file, or freezes and optimizes it, and writes the result. Every kept method goes through the passes like
// forward. The model runs only if a pass asks what its values are. Memory: the weights once, and once more for those
// that a fold rewrites. Graphs that the request wants printed go to stderr.
// Throws Error{usage} for a name to preserve that the model does not have and for freeze_constants disabled,
// Error{input} for the file, Error{execution} for what LibTorch cannot freeze, Error{environment} for the output.
RewriteResult rewrite(const RewriteRequest& request, Events& events);

// The same with other passes than the listed ones, and graphs printed to `ir`.
RewriteResult rewrite_with(std::span<const passes::Pass> listed, const RewriteRequest& request,
                           Events& events, std::ostream& ir);

}  // namespace tsctl
