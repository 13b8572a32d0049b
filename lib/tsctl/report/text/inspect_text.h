#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inspect.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// The summary for people: several lines, ending in a newline.
std::string text_from_summary(const ModelSummary& summary, const InspectSections& sections,
                              std::size_t width = 0);

// "[4, 8]".
std::string shape_text(const std::vector<std::int64_t>& shape);

// A value that fits into a column: cut after 60 bytes, between characters, with a "…".
std::string shortened_text(const std::string& text);

// "1,234,567".
std::string count_text(std::int64_t count);

}  // namespace tsctl
