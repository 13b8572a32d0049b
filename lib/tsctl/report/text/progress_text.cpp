#include "tsctl/report/text/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tsctl/report/text/style.h"

namespace tsctl {

namespace {

constexpr std::size_t kWidestBar = 20;
constexpr std::size_t kNarrowestBar = 10;
constexpr std::size_t kNarrowestWithBar = 60;
constexpr double kLeastShare = 0.02;  // below, an estimate of the time left would jump

std::string bar_text(double share, std::size_t size) {
  const auto filled = static_cast<std::size_t>(std::lround(share * static_cast<double>(size)));
  return fmt::format("[{}{}]", std::string(filled, '='), std::string(size - filled, ' '));
}

// The text cut to that many columns, between characters.
std::string cut(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  std::string result = text;
  while (!result.empty() && columns_of(result) + 1 > columns) {
    while ((static_cast<unsigned char>(result.back()) & 0xC0U) == 0x80U) result.pop_back();
    result.pop_back();
  }
  return result + "…";
}

}  // namespace

std::string minutes_text(double seconds) {
  const auto whole = static_cast<long>(std::max(0.0, seconds));
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string progress_text(const ProgressState& state, std::size_t width) {
  const std::string text = plain(state.text);
  std::string rest;
  if (state.share) rest += fmt::format("  {:3.0f}%", std::clamp(*state.share, 0.0, 1.0) * 100.0);
  rest += "  " + minutes_text(state.elapsed_s);
  if (state.share && *state.share >= kLeastShare) {
    const double left_s = state.step_s * (1.0 - std::min(1.0, *state.share)) / *state.share;
    rest += fmt::format("  {} left", minutes_text(left_s));
  }
  if (state.share && width >= kNarrowestWithBar) {
    constexpr std::size_t kAround = 4;  // two blanks and the brackets
    const std::size_t used = columns_of(text) + columns_of(rest) + kAround;
    const std::size_t size = std::clamp(width > used ? width - used : 0, kNarrowestBar, kWidestBar);
    rest = "  " + bar_text(std::clamp(*state.share, 0.0, 1.0), size) + rest;
  }
  const std::size_t used = columns_of(rest);
  return cut(text, width > used ? width - used : 0) + rest;
}

}  // namespace tsctl
