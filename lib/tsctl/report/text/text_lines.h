#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tsctl {

constexpr std::size_t kLabelWidth = 11;
constexpr std::size_t kMaxListed = 8;  // items of a list in the summary; the JSON has all

// "file       cnn.pt, 1.7 MiB". The label may be styled.
std::string line(const std::string& label, const std::string& text);

std::string joined(const std::vector<std::string>& items, const std::string& separator);

// The text in lines of at most `width` columns that begin after `indent` columns, except for the first, which has that
// many columns before it already. Breaks at blanks only. A width of 0 has no limit.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

// Wraps the lines that are longer than `width`, below their own text.
std::string fitted(const std::string& lines, std::size_t width);

}  // namespace tsctl
