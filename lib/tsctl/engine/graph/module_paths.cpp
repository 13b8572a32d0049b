#include "tsctl/engine/graph/module_paths.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tsctl {

namespace {

using torch::jit::Node;

bool lies_below(const std::string& path, const std::string& parent) {
  return parent.empty() ? !path.empty() : path.starts_with(parent + '.');
}

// Freezing names a constant after its attribute, "self.features.1.running_mean", and appends a number if several
// nodes use it. Returns "features.1".
std::string path_from_constant(const std::string& name) {
  constexpr std::string_view kSelf = "self.";
  constexpr std::array<std::string_view, 4> kAttributes{".running_mean", ".running_var", ".weight",
                                                        ".bias"};
  if (!name.starts_with(kSelf)) return {};
  const std::string path = name.substr(kSelf.size() - 1);
  for (const std::string_view attribute : kAttributes) {
    const auto found = path.rfind(attribute);
    if (found == std::string::npos || found == 0) continue;
    const std::string_view rest = std::string_view(path).substr(found + attribute.size());
    if (rest.empty() || rest.front() == '.' || rest.front() == '_')
      return path.substr(1, found - 1);
  }
  return {};
}

// Equal constants share the name of the first one, for example the means of all untrained batch normalizations. So a
// constant with several uses does not identify a module.
std::string path_from_constants(const Node& node) {
  for (const torch::jit::Value* input : node.inputs()) {
    if (input->node()->kind() != c10::prim::Constant || input->uses().size() != 1) continue;
    if (std::string path = path_from_constant(input->debugName()); !path.empty()) return path;
  }
  return {};
}

std::string source_line(const Node& node) {
  const auto line = node.sourceRange().file_line_col();
  if (!line) return {};
  const auto& [file, number, column] = *line;
  if (file.empty() || file.starts_with("code/")) return {};  // the archive's code, not the user's
  return file + ':' + std::to_string(number);
}

// A module that tsctl's Python puts around a model or a function.
bool is_of_tsctl(const torch::jit::Module& module) {
  const auto name = module.type()->name();
  if (!name) return false;
  const std::string text = name->qualifiedName();
  return text.find("tsctl_capture.") != std::string::npos ||
         text.find("tsctl_generated.") != std::string::npos;
}

}  // namespace

ModulePaths::ModulePaths(const torch::jit::Module& module) {
  for (const auto& part : module.named_modules()) {
    parts_.push_back({part.name, part.name.substr(part.name.rfind('.') + 1), part.value.type(),
                      is_of_tsctl(part.value)});
  }
}

bool ModulePaths::any() const {
  return std::ranges::any_of(parts_,
                             [](const Part& part) { return !part.path.empty() && !part.tsctls; });
}

// The submodule that a call from `path` leads to: the nearest one below it with that name and type. A call through a
// list of modules gives only the last of several attribute names.
std::string ModulePaths::step(const std::string& path,
                              const torch::jit::ModuleInstanceInfo& call) const {
  const std::string name = call.instance_name();
  if (name == "SELF") return path;
  const Part* nearest = nullptr;
  for (const Part& part : parts_) {
    if (part.name != name || part.type != call.class_type() || !lies_below(part.path, path))
      continue;
    if (nearest == nullptr || part.path.size() < nearest->path.size()) nearest = &part;
  }
  if (nearest != nullptr) return nearest->path;
  if (name == "INSTANCE_NAME_UNKNOWN") return path;
  return path.empty() ? name : path + '.' + name;
}

std::string ModulePaths::path_from_calls(const Node& node) const {
  const auto calls = node.callstack();
  if (!calls) return {};
  std::string path;
  for (const auto& entry : (*calls)->vec()) {
    if (const auto& module = std::get<2>(entry)) path = step(path, *module);
  }
  const bool tsctls = std::ranges::any_of(
      parts_, [&](const Part& part) { return part.path == path && part.tsctls; });
  return tsctls ? std::string() : path;
}

std::string ModulePaths::place_of(const Node& node) const {
  if (std::string path = path_from_constants(node); !path.empty()) return path;
  if (std::string path = path_from_calls(node); !path.empty()) return path;
  if (std::string line = source_line(node); !line.empty()) return line;
  return node.outputs().empty() ? std::string(node.kind().toUnqualString())
                                : '%' + node.outputs().front()->debugName();
}

}  // namespace tsctl
