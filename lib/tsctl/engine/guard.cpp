#include "tsctl/engine/guard.h"

#include <c10/util/Exception.h>
#include <torch/csrc/jit/frontend/error_report.h>

#include <array>
#include <new>
#include <string_view>
#include <vector>

namespace tsctl {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

// "File "net.py", line 5, in forward" as "net.py:5, in forward"; empty for any other line.
std::string place_from_line(std::string_view line) {
  line = trimmed(line);
  constexpr std::string_view kFile = "File \"";
  constexpr std::string_view kLine = "\", line ";
  if (const auto serialized = line.find("Serialized "); serialized == 0) line.remove_prefix(11);
  if (line.substr(0, kFile.size()) != kFile) return {};
  const auto name_end = line.find(kLine);
  if (name_end == std::string_view::npos) return {};
  return std::string(line.substr(kFile.size(), name_end - kFile.size())) + ':' +
         std::string(line.substr(name_end + kLine.size()));
}

bool is_excerpt_or_frame(std::string_view line) {
  return line.find("<--- HERE") != std::string_view::npos || line.find("Traceback of TorchScript") == 0;
}

// The exception's own words stand behind the traceback: "RuntimeError: …", or "pkg.MyError: …" for a raise.
std::size_t start_of_words(const std::vector<std::string_view>& lines) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_excerpt_or_frame(lines[i])) start = i + 1;
  }
  return start;
}

std::string without_error_name(std::string_view words) {
  constexpr std::array<std::string_view, 3> kNames{"RuntimeError: ", "torch.jit.Error: ", "Error: "};
  for (const std::string_view name : kNames) {
    if (words.substr(0, name.size()) == name) return std::string(words.substr(name.size()));
  }
  return std::string(words);
}

std::string without_frames(const std::string& text) {
  const auto frames = text.find("\nException raised from ");
  return std::string(trimmed(std::string_view(text).substr(0, frames)));
}

// The first line with words; the lines that only quote code are for the detail.
std::string first_words(const std::vector<std::string_view>& lines, std::size_t from) {
  for (std::size_t i = from; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (!line.empty() && line != ":" && place_from_line(line).empty()) return without_error_name(line);
  }
  return {};
}

std::string last_place(const std::vector<std::string_view>& lines) {
  std::string place;
  for (const std::string_view line : lines) {
    if (std::string found = place_from_line(line); !found.empty()) place = std::move(found);
  }
  return place;
}

bool tells_of_memory(const std::string& text) {
  return text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos;
}

}  // namespace

TorchFailure failure_from_text(const std::string& text) {
  TorchFailure failure;
  const std::string clean = without_frames(text);
  const std::vector<std::string_view> lines = lines_of(clean);
  const bool from_interpreter = clean.find("Traceback of TorchScript") != std::string::npos;
  failure.reason = first_words(lines, from_interpreter ? start_of_words(lines) : 0);
  if (failure.reason.empty()) failure.reason = first_words(lines, 0);
  if (failure.reason.empty()) failure.reason = "LibTorch gave no reason";
  if (!failure.reason.empty() && failure.reason.back() == '.') failure.reason.pop_back();
  if (const std::string place = last_place(lines); !place.empty()) failure.reason += " (" + place + ")";
  if (lines.size() > 1) failure.detail = clean;
  failure.out_of_memory = tells_of_memory(clean);
  return failure;
}

TorchFailure current_failure() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {.reason = "out of memory", .detail = {}, .out_of_memory = true};
  } catch (const c10::Error& error) {
    return failure_from_text(error.what_without_backtrace());
  } catch (const std::exception& error) {  // ErrorReport, and what the interpreter throws
    return failure_from_text(error.what());
  } catch (...) {
    return {.reason = "an exception of an unknown type", .detail = {}, .out_of_memory = false};
  }
}

}  // namespace tsctl
