#include "tsctl/core/base/text.h"

#include <array>

namespace tsctl {

namespace {

// What style.h writes.
constexpr std::array<std::string_view, 4> kColours{"\033[31m", "\033[32m", "\033[33m", "\033[0m"};

// The number of bytes at the start of `text` that a terminal could interpret.
std::size_t control_bytes(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return 2;  // C1
  // U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069: direction and lines.
  const bool general = byte(0) == 0xe2 && byte(1) == 0x80 &&
                       (byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xa8 && byte(2) <= 0xae));
  const bool isolate = byte(0) == 0xe2 && byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
  return general || isolate ? 3 : 0;
}

std::size_t colour_bytes(std::string_view text) {
  for (const std::string_view colour : kColours) {
    if (text.starts_with(colour)) return colour.size();
  }
  return 0;
}

std::string escaped(std::string_view text, std::string_view kept, bool colours) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (const std::size_t own = colours ? colour_bytes(rest) : 0; own > 0) {
      result += rest.substr(0, own);
      at += own;
      continue;
    }
    const char c = rest.front();
    std::size_t control = control_bytes(rest);
    if (c == '\n' || c == '\t' || kept.find(c) != std::string_view::npos) control = 0;
    if (control == 0) result += text[at++];
    for (; control > 0; --control) {
      const auto code = static_cast<unsigned char>(text[at++]);
      result += {'\\', 'x', kHex[code >> 4U], kHex[code & 15U]};
    }
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  return escaped(text, kept, false);
}

std::string printable_with_colours(std::string_view text) { return escaped(text, {}, true); }

}  // namespace tsctl
