#pragma once

#include <string>
#include <string_view>

namespace tsctl {

// Names of files may have bytes that are not UTF-8, which JSON cannot hold. Between processes such bytes stand in the
// text unchanged: the sender hides them as characters of a private area before it makes JSON, and shows them
// afterwards; the receiver does the opposite. Python's "surrogateescape" reads and writes the same text.

// Text that is UTF-8: every byte that is not becomes a private character.
std::string with_hidden_bytes(std::string_view text);

// The opposite.
std::string with_shown_bytes(std::string_view text);

}  // namespace tsctl
