#include "tsctl/report/json/raw_bytes.h"

#include <cstddef>

namespace tsctl {

namespace {

// U+10FE80 to U+10FEFF stand for the bytes 80 to FF: F4 8F BA 80 to F4 8F BB BF.
constexpr std::string_view kLead = "\xf4\x8f";
constexpr std::size_t kHiddenBytes = 4;
constexpr unsigned kFirstThird = 0xba;

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool continues(std::string_view text, std::size_t at) {
  return (byte_at(text, at) & 0xc0U) == 0x80U;
}

// The length of the character that the text begins with; 0 if it is no UTF-8.
std::size_t character_bytes(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  const unsigned second = byte_at(text, 1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return continues(text, 1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool in_range = (first != 0xe0 || second >= 0xa0) && (first != 0xed || second < 0xa0);
    return in_range && continues(text, 1) && continues(text, 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool in_range = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90);
    return in_range && continues(text, 1) && continues(text, 2) && continues(text, 3) ? 4 : 0;
  }
  return 0;
}

bool is_hidden(std::string_view text) {
  return text.size() >= kHiddenBytes && text.starts_with(kLead) &&
         (byte_at(text, 2) == kFirstThird || byte_at(text, 2) == kFirstThird + 1);
}

}  // namespace

std::string with_hidden_bytes(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    if (size > 0) {
      result += text.substr(0, size);
      text.remove_prefix(size);
      continue;
    }
    const unsigned low = byte_at(text, 0) - 0x80U;
    result += kLead;
    result += static_cast<char>(kFirstThird + (low >> 6U));
    result += static_cast<char>(0x80U | (low & 0x3fU));
    text.remove_prefix(1);
  }
  return result;
}

std::string with_shown_bytes(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    if (is_hidden(text)) {
      const unsigned low = ((byte_at(text, 2) - kFirstThird) << 6U) | (byte_at(text, 3) & 0x3fU);
      result += static_cast<char>(0x80U + low);
      text.remove_prefix(kHiddenBytes);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace tsctl
