#pragma once

#include <string>

namespace tsctl {

// Colours for a terminal. Text that holds them has the same width as without them (TextTable), and plain() removes them.
std::string good(const std::string& text);     // green
std::string bad(const std::string& text);      // red
std::string caution(const std::string& text);  // yellow

// A text that begins with a verdict: OK and PASS become green, FAIL red, UNDECIDED yellow.
std::string coloured_verdict(const std::string& text);

// The text without control characters other than line breaks and tabs, and without the sequences that style it.
std::string plain(const std::string& text);

// The number of columns that the text takes: one for each character, none for the sequences that style it.
std::size_t columns_of(const std::string& text);

}  // namespace tsctl
