#include "tsctl/core/inputs/input_path.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "tsctl/core/base/identifier.h"

namespace tsctl {

namespace {

// Names come from the manifests of strangers too, and containers are walked recursively.
constexpr std::size_t kMaxSteps = 8;

// Removes the identifier at the beginning of `text`, and returns it. Empty if there is none.
std::string take_identifier(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_identifier(text.substr(0, length + 1))) ++length;
  std::string name(text.substr(0, length));
  text.remove_prefix(length);
  return name;
}

// Removes ".key" or "[0]" at the beginning of `text`, and returns it.
std::optional<PathStep> take_step(std::string_view& text) {
  const bool keyed = text.front() == '.';
  text.remove_prefix(1);
  PathStep step;
  if (keyed) {
    step.key = take_identifier(text);
    if (step.key.empty()) return std::nullopt;
    return step;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step.index);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !text.starts_with(']')) return std::nullopt;
  text.remove_prefix(1);
  return step;
}

// The place of a step in a container of its kind: behind the last item if it is not there yet.
std::size_t position_of(const PathStep& step, const Value& container) {
  if (step.key.empty()) return step.index;
  const auto key = std::ranges::find(container.keys, step.key);
  return static_cast<std::size_t>(key - container.keys.begin());
}

bool place(Value& at, std::span<const PathStep> steps, Value input) {
  if (steps.empty()) {
    if (at.kind != Value::Kind::none) return false;
    at = std::move(input);
    return true;
  }
  const PathStep& step = steps.front();
  const Value::Kind wanted = step.key.empty() ? Value::Kind::list : Value::Kind::dict;
  if (at.kind == Value::Kind::none) at.kind = wanted;
  if (at.kind != wanted) return false;
  const std::size_t position = position_of(step, at);
  if (position > at.items.size()) return false;
  if (position == at.items.size()) {
    at.items.emplace_back();
    if (!step.key.empty()) at.keys.push_back(step.key);
  }
  return place(at.items[position], steps.subspan(1), std::move(input));
}

}  // namespace

std::optional<InputPath> input_path_from_text(std::string_view text) {
  InputPath path{.parameter = take_identifier(text)};
  if (path.parameter.empty()) return std::nullopt;
  while (text.starts_with('.') || text.starts_with('[')) {
    const std::optional<PathStep> step = take_step(text);
    if (!step || path.steps.size() == kMaxSteps) return std::nullopt;
    path.steps.push_back(*step);
  }
  return text.empty() ? std::optional<InputPath>(std::move(path)) : std::nullopt;
}

bool place_input(NamedArguments& arguments, const InputPath& path, Value input) {
  const auto known = std::ranges::find_if(
      arguments, [&](const auto& argument) { return argument.first == path.parameter; });
  if (known != arguments.end()) return place(known->second, path.steps, std::move(input));
  Value argument;
  if (!place(argument, path.steps, std::move(input))) return false;
  arguments.emplace_back(path.parameter, std::move(argument));
  return true;
}

}  // namespace tsctl
