#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/bench.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/report.h"

namespace tsctl {

// LibTorch's build configuration, from its description: "OpenMP, MKL 2024.2, oneDNN 3.11.0, AVX512".
std::string libtorch_build_text(const DescribeResult& described);

// The machine that a bench ran on, in a line or two; empty for a report without it.
std::string host_text(const Environment& host);

// A line that says why the GPU lowered its clocks; empty when it did not.
std::string gpu_noise_text(const SystemLoad& noise);

// Names and values, for a table of two columns. A value that could not be read is "unavailable". A part that this
// machine does not have, such as a GPU, has no row.
using Rows = std::vector<std::pair<std::string, std::string>>;
Rows host_rows(const Environment& host);
Rows noise_rows(const SystemLoad& noise);

}  // namespace tsctl
