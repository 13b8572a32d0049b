#pragma once

#include <string>

namespace tsctl {

// The manifest that tsctl stores in a file, for people: source, weights, inputs, dimensions, what was verified, and the
// steps. Says so if the text is not a manifest; empty for an empty text.
std::string manifest_text(const std::string& json);

}  // namespace tsctl
