#pragma once

#include "tsctl/core/inspect.h"

namespace tsctl {

// Describes a TorchScript file; runs no code of the file and needs no LibTorch. Time and memory grow with the number of
// records and the size of the code. They do not depend on the size of the weights, unless check_crc reads every byte.
// Throws Error{input} if the file is not a TorchScript file or its structure is damaged. With check_crc, a record that
// does not match its CRC-32 is a warning in the result.
ModelSummary inspect(const InspectOptions& options);

}  // namespace tsctl
