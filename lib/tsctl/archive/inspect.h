#pragma once

#include "tsctl/core/inspect.h"

namespace tsctl {

// Reads the file without running anything in it and without LibTorch. Time and memory depend on the number of records
// and the size of its code, not on that of its weights, unless check_crc asks for every byte. Throws Error{input}
// for what is no TorchScript file, and for one whose structure is damaged; a wrong CRC of a record
// that is not needed to say so is told in the result.
ModelSummary inspect(const InspectOptions& options);

}  // namespace tsctl
