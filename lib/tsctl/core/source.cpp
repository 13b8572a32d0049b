#include "tsctl/core/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/identifier.h"

namespace tsctl {

namespace {

constexpr std::string_view kForms = "write path/to/file.py:Name or package.module:Name";

// Python's names may have letters beyond ASCII, whose bytes in UTF-8 are 0x80 and above.
bool is_python_name(std::string_view text) {
  std::string ascii(text);
  std::ranges::replace_if(
      ascii, [](unsigned char byte) { return byte >= 0x80; }, 'a');
  return is_identifier(ascii);
}

// Whether the text is names joined by dots.
bool is_module_path(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_python_name(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_python_file(std::string_view text) noexcept {
  constexpr std::string_view kEnding = ".py";
  return text.size() > kEnding.size() && text.ends_with(kEnding);
}

// "out:model.pt" is a file, not the method pt of a model.
bool ends_like_a_file(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 5> kEndings{".pt", ".pt2", ".pth", ".ts", ".zip"};
  return std::ranges::any_of(kEndings, [&](std::string_view end) { return text.ends_with(end); });
}

[[noreturn]] void refuse(const std::string& text, const std::string& fault,
                         const std::string& hint) {
  throw Error(ErrorKind::usage, fmt::format("SOURCE '{}': {}", text, fault), hint);
}

// Whether this is a package whose model names need not be Python names: "vit_base_patch16_224.augreg", "mobilenet-v2".
bool is_model_zoo(std::string_view place) noexcept {
  return place == "torchvision" || place == "timm" || place == "transformers";
}

bool is_model_name(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '.' || letter == '-';
  });
}

void check_name(const std::string& text, const std::string& place, const std::string& name) {
  if (name.empty()) refuse(text, "the name after the colon is missing", std::string(kForms));
  if (is_model_zoo(place) && is_model_name(name)) return;
  if (!is_module_path(name))  // Name, or Name.method
    refuse(text, fmt::format("'{}' is not a Python name", name), std::string(kForms));
}

}  // namespace

bool looks_like_source(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const std::string_view name = std::string_view(text).substr(colon + 1);
  return (is_module_path(name) && !ends_like_a_file(name)) ||
         (is_model_zoo(std::string_view(text).substr(0, colon)) && is_model_name(name));
}

SourceSpec source_from_text(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    refuse(text, "it does not say which class or function to take",
           is_python_file(text) ? fmt::format("add its name: {}:Name", text) : std::string(kForms));
  }
  const std::string place = text.substr(0, colon);
  const std::string name = text.substr(colon + 1);
  if (place.empty())
    refuse(text, "the file or module before the colon is missing", std::string(kForms));
  check_name(text, place, name);

  SourceSpec source;
  source.text = text;
  source.name = name;
  if (is_python_file(place)) {
    source.file = place;
  } else if (is_module_path(place)) {
    source.module = place;
  } else {
    refuse(text, fmt::format("'{}' is neither a .py file nor the dotted name of a module", place),
           std::string(kForms));
  }
  return source;
}

}  // namespace tsctl
