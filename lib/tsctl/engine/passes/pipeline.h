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
// forward. The steps:
// 1. Load: without what an earlier optimization added, in eval mode, with the kept methods inlined.
// 2. Run the passes (run_passes.h). Those that ask what values are have the model run on the declared inputs, and
//    observe it (model.h). Every rewrite is counted, and the request may limit the count (RewriteCount in model.h).
// 3. Compare the speed with that of the input file, if the request asks for it and gives inputs. If the result is
//    slower, repeat steps 1 and 2 without some of the passes (never_slower.h).
// 4. Write the file.
// A job of its own verifies the outputs (engine/compare.h). `optimize --bisect` repeats both jobs, with another limit
// each time.
//
// Memory: the weights once, and once more for those that a fold rewrites. Graphs that the request wants printed go to
// stderr.
// Throws Error{usage} for a name to preserve that the model does not have and for freeze_constants disabled,
// Error{input} for the file, Error{execution} for what LibTorch cannot freeze, Error{environment} for the output.
RewriteResult rewrite(const RewriteRequest& request, Events& events);

// The same with other passes than the listed ones, and graphs printed to `ir`.
RewriteResult rewrite_with(std::span<const passes::Pass> listed, const RewriteRequest& request,
                           Events& events, std::ostream& ir);

}  // namespace tsctl
