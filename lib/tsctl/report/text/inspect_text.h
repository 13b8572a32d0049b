#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inspect.h"

namespace tsctl {

// What text shows besides the summary.
struct InspectSections {
  bool tensors = false;  // parameters, buffers and constants, a row each
  bool ops = false;
  bool code = false;  // needs a summary made with_code
  bool records = false;
};

// The summary for people: several lines, ending in a newline.
std::string text_from_summary(const ModelSummary& summary, const InspectSections& sections);

// "[4, 8]".
std::string shape_text(const std::vector<std::int64_t>& shape);

// A value that fits into a column: cut after 60 bytes, between characters, with a "…".
std::string shortened_text(const std::string& text);

// "1,234,567".
std::string count_text(std::int64_t count);

}  // namespace tsctl
