#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tsctl {

constexpr std::size_t kLabelWidth = 11;
constexpr std::size_t kMaxListed = 8;  // items of a list in the summary; the JSON has all

// "file       cnn.pt, 1.7 MiB"
std::string line(const std::string& label, const std::string& text);

std::string joined(const std::vector<std::string>& items, const std::string& separator);

}  // namespace tsctl
