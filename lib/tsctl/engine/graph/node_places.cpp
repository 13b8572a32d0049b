#include "tsctl/engine/graph/node_places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/text.h"
#include "tsctl/engine/graph/source_frame.h"

namespace tsctl {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::SourceRange;

struct SourceLine {
  std::string name = {};  // net.py:41
  std::string text = {};
  bool users = false;
};

// The path relative to the packages' folder or to the current folder.
std::string short_file(std::string_view file) {
  constexpr std::string_view kPackages = "/site-packages/";
  if (const auto found = file.rfind(kPackages); found != std::string_view::npos)
    return std::string(file.substr(found + kPackages.size()));
  std::error_code failure;
  const std::string here = std::filesystem::current_path(failure).string() + '/';
  if (!failure && file.starts_with(here)) return std::string(file.substr(here.size()));
  return std::string(file);
}

// In traced code, the text of the range is the Python stack, the innermost frame first. Returns nullopt for other code,
// and a line without a name if all frames are tsctl's own.
std::optional<SourceLine> line_in_trace(const SourceRange& range) {
  const std::string stack = range.text().str();
  std::optional<SourceLine> innermost;
  bool is_trace = false;
  std::string_view rest = stack;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto frame = frame_in_trace(trimmed(rest.substr(0, end)));
    is_trace = is_trace || frame.has_value();
    if (frame && !is_tsctls(*frame)) {
      SourceLine line{short_file(frame->file) + ':' + std::string(frame->line),
                      "in " + std::string(frame->function), is_users(*frame)};
      if (line.users) return line;
      if (!innermost) innermost = std::move(line);
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return is_trace && !innermost ? SourceLine{} : innermost;
}

std::optional<SourceLine> line_of(const SourceRange& range) {
  const SourceRange original = range.findSourceRangeThatGenerated().value_or(range);
  if (!original.source()) return std::nullopt;
  if (auto traced = line_in_trace(original)) return traced;
  const auto place = original.file_line_col();
  if (!place) return std::nullopt;
  const auto& [file, number, column] = *place;
  if (file.empty() || file.starts_with("code/") || is_tsctls({.file = file})) return std::nullopt;
  const auto row = original.source()->lineno_for_offset(original.start());
  const std::string text = original.source()->get_line(row).str();
  return SourceLine{short_file(file) + ':' + std::to_string(number), std::string(trimmed(text)),
                    is_users({.file = file})};
}

// Searches from the node outwards, through the inlined calls.
SourceLine nearest_line(const Node& node) {
  std::vector<SourceRange> ranges{node.sourceRange()};
  if (const auto calls = node.callstack()) {
    const auto entries = (*calls)->vec();
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
      ranges.push_back(std::get<1>(*entry));
  }
  std::optional<SourceLine> innermost;
  for (const SourceRange& range : ranges) {
    auto line = line_of(range);
    if (!line) continue;
    if (line->users) return *line;
    if (!innermost && !line->name.empty()) innermost = std::move(line);
  }
  return innermost.value_or(SourceLine{});
}

std::string operation_of(const Node& node) {
  std::string name = node.kind().toQualString();
  if (node.kind() == c10::prim::CallMethod) {
    const auto type = node.input(0)->type()->cast<c10::NamedType>();
    if (type && type->name()) name += ' ' + type->name()->name();
    name += '.' + node.s(c10::attr::name);
  } else if (node.kind() == c10::prim::CallFunction) {
    if (const auto type = node.input(0)->type()->cast<c10::FunctionType>())
      name += ' ' + type->function()->name();
  }
  return name;
}

std::string common_module(const std::string& left, const std::string& right) {
  std::string_view common = left;
  while (!common.empty() && common != right && !right.starts_with(std::string(common) + '.')) {
    const auto dot = common.rfind('.');
    common = dot == std::string_view::npos ? std::string_view() : common.substr(0, dot);
  }
  return std::string(common);
}

// The nodes of a fused group.
struct GroupContent {
  std::vector<std::string> operators = {};
  std::optional<std::string> module = {};
  SourceLine line = {};
};

void collect_content(const torch::jit::Block& block, const ModulePaths& modules,
                     GroupContent& content) {
  for (const Node* node : block.nodes()) {
    if (node->kind() == c10::prim::Constant) continue;
    const std::string name = node->kind().toQualString();
    if (std::ranges::find(content.operators, name) == content.operators.end()) {
      content.operators.push_back(name);
    }
    const std::string module = modules.path_from_calls(*node);
    content.module = content.module ? common_module(*content.module, module) : module;
    if (content.line.name.empty()) content.line = nearest_line(*node);
    for (const torch::jit::Block* inner : node->blocks()) collect_content(*inner, modules, content);
  }
}

}  // namespace

ProfilePlace place_of_node(const Node& node, const ModulePaths& modules) {
  ProfilePlace place{.operation = operation_of(node)};
  std::string module;
  SourceLine line;
  if (node.hasAttribute(c10::attr::Subgraph)) {
    GroupContent content;
    collect_content(*node.g(c10::attr::Subgraph)->block(), modules, content);
    place.operation_detail = fmt::format("{}", fmt::join(content.operators, ", "));
    module = content.module.value_or("");
    line = content.line;
  } else {
    module = modules.path_from_calls(node);
    line = nearest_line(node);
  }
  if (modules.any()) place.module = module.empty() ? kOwnCode : module;
  if (!line.users && !line.name.empty() && !place.module.empty()) {
    // A model from torch's modules alone has no lines of its own: its submodules are what the user wrote.
    place.line = place.module + ": " + place.operation;
    place.line_detail = line.name;
    return place;
  }
  place.line = line.name;
  place.line_detail = line.text;
  return place;
}

}  // namespace tsctl
