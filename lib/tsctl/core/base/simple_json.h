#pragma once

#include <cstdint>
#include <string>

namespace tsctl {

// Of documents that tsctl writes: a report is nested ten deep.
inline constexpr int kMaxJsonDepth = 100;
inline constexpr std::int64_t kMaxManifestValues = 200'000;
inline constexpr std::int64_t kMaxReportValues = 20'000'000;

// Throws Error{input} if JSON text is nested deeper than kMaxJsonDepth, which would overflow the stack of whoever walks
// it, or has more than `max_values` values. `what` names the text in the message: "the manifest of 'model.pt'".
void require_simple_json(const std::string& text, const std::string& what, std::int64_t max_values);

}  // namespace tsctl
