#include "tsctl/engine/guard.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <torch/csrc/jit/frontend/error_report.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

#include "tsctl/core/base/text.h"
#include "tsctl/engine/graph/source_frame.h"

namespace tsctl {

namespace {

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

// Parses a frame of scripted code: `File "net.py", line 5, in forward`.
std::optional<SourceFrame> frame_in_script(std::string_view line) {
  constexpr std::string_view kFile = "File \"";
  constexpr std::string_view kLine = "\", line ";
  constexpr std::string_view kIn = ", in ";
  line = trimmed(line);
  if (!line.starts_with(kFile)) return std::nullopt;
  line.remove_prefix(kFile.size());
  const auto name_end = line.find(kLine);
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(name_end + kLine.size());
  const auto in = rest.find(kIn);
  const bool named = in != std::string_view::npos;
  return SourceFrame{line.substr(0, name_end), rest.substr(0, in),
                     named ? rest.substr(in + kIn.size()) : ""};
}

// The user's frame closest to the failure. Scripted frames are listed from the outermost one, traced frames from the
// innermost one.
std::string nearest_place(const std::vector<std::string_view>& lines) {
  std::optional<SourceFrame> nearest;
  for (const std::string_view line : lines) {
    if (const auto place = frame_in_script(line); place && is_users(*place)) nearest = place;
  }
  for (std::size_t i = 0; i < lines.size() && !nearest; ++i) {
    if (const auto place = frame_in_trace(lines[i]); place && is_users(*place)) nearest = place;
  }
  if (!nearest) return {};
  std::string text(nearest->file);
  text += ':';
  text += nearest->line;
  if (nearest->function.empty()) return text;
  text += ", in ";
  text += nearest->function;
  return text;
}

// Whether the line is an exception's message after the traceback: "RuntimeError: …", "builtins.ValueError: …".
bool names_exception(std::string_view line) {
  constexpr std::string_view kName =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  const auto end = line.find(": ");
  return end != std::string_view::npos && end > 0 && line.find_first_not_of(kName) == end;
}

std::string without_error_name(std::string_view words) {
  constexpr std::array<std::string_view, 4> kPrefixes{
      "RuntimeError: ", "torch.jit.Error: ", "Error: ", "builtins."};
  for (const std::string_view prefix : kPrefixes) {
    if (words.starts_with(prefix)) return std::string(words.substr(prefix.size()));
  }
  return std::string(words);
}

// The interpreter's message, which follows the traceback.
std::string words_after_traceback(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : std::views::reverse(lines)) {
    if (line.find("<--- HERE") != std::string_view::npos) break;
    if (names_exception(line)) return without_error_name(trimmed(line));
  }
  return {};
}

// A frame of the capture by tsctl, or of torch's machinery around every call; neither says where the model fails.
bool is_noise(std::string_view line) {
  constexpr std::array<std::string_view, 5> kMachinery{"tsctl_capture/", "torch/jit/_trace.py(",
                                                       ": _call_impl", ": _wrapped_call_impl",
                                                       ": _slow_forward"};
  return std::ranges::any_of(kMachinery, [&](std::string_view part) {
    return line.find(part) != std::string_view::npos && line.find("): ") != std::string_view::npos;
  });
}

// The message without C++ frames and without frames of the machinery.
std::string without_frames(const std::string& text) {
  const auto frames = text.find("\nException raised from ");
  const std::string_view kept = trimmed(std::string_view(text).substr(0, frames));
  std::string clean;
  for (const std::string_view line : lines_of(kept)) {
    if (!is_noise(line)) clean.append(line) += '\n';
  }
  return std::string(trimmed(clean));
}

// The first line that is neither empty nor a frame.
std::string first_words(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    const std::string_view words = trimmed(line);
    if (!words.empty() && words != ":" && !frame_in_script(words)) return without_error_name(words);
  }
  return {};
}

// If an operation has no kernel for a device, LibTorch's message ends with a list of all kernels.
constexpr std::string_view kKernelList = " This could be because the operator doesn't exist";

// The unavailable device that an operation of the file names; empty for other messages.
std::string missing_device(std::string_view text) {
  constexpr std::string_view kFrom = "with arguments from the '";
  const auto from = text.find(kFrom);
  if (from != std::string_view::npos && text.find("Could not run '") < from) {
    const auto begin = from + kFrom.size();
    const auto end = text.find('\'', begin);
    std::string name(text.substr(begin, end - begin));
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    return name;
  }
  for (const std::string_view words :
       {"Torch not compiled with CUDA enabled", "Found no NVIDIA driver", "No CUDA GPUs"}) {
    if (text.find(words) != std::string_view::npos) return "cuda";
  }
  return {};
}

bool is_out_of_memory(const std::string& text) {
  return text.find("out of memory") != std::string::npos ||
         text.find("can't allocate memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos;
}

}  // namespace

TorchFailure failure_from_text(const std::string& text) {
  TorchFailure failure;
  std::string clean = without_frames(text);
  const std::string device = missing_device(clean);
  if (const auto list = clean.find(kKernelList); list != std::string::npos) clean.resize(list);
  const std::vector<std::string_view> lines = lines_of(clean);
  if (clean.find("Traceback of TorchScript") != std::string::npos)
    failure.reason = words_after_traceback(lines);
  if (failure.reason.empty()) failure.reason = first_words(lines);
  if (!device.empty()) {
    failure.reason = fmt::format("it is tied to {}, which an operation in it names", device);
    failure.hint = fmt::format(
        "run it there with --device {}, or capture it again on the device that will run it",
        device);
  }
  if (failure.reason.empty()) failure.reason = "LibTorch gave no reason";
  if (failure.reason.back() == '.') failure.reason.pop_back();
  if (const std::string place = nearest_place(lines); !place.empty())
    failure.reason += " (" + place + ")";
  if (lines.size() > 1) failure.detail = clean;
  if (clean.find("this file was captured for no other size") != std::string::npos ||
      clean.find("this file was traced with") != std::string::npos) {
    failure.hint =
        "give the sizes that the file was captured with, or capture it again: --dim declares sizes";
    failure.detail.clear();  // the code of the capture's shape check, which does not help
  }
  failure.out_of_memory = is_out_of_memory(clean);
  if (failure.out_of_memory) failure.hint = "give smaller inputs, or a machine with more memory";
  return failure;
}

TorchFailure current_failure() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return failure_from_text("out of memory");
  } catch (const c10::Error& error) {
    return failure_from_text(error.what_without_backtrace());
  } catch (const std::exception& error) {  // ErrorReport, and what the interpreter throws
    return failure_from_text(error.what());
  } catch (...) {
    return failure_from_text("an exception of an unknown type");
  }
}

}  // namespace tsctl
