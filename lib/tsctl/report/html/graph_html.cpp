#include "tsctl/report/html/graph_html.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/core/scope_steps.h"
#include "tsctl/report/html/escaped.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostModules = 2000;
constexpr std::size_t kMostRows = 3000;  // of one method
constexpr std::size_t kMostInputs = 8;   // named in a row

std::string last_part(const std::string& path) { return path.substr(path.rfind('.') + 1); }

// A list that can be folded; its end is "</ul></details>".
std::string opened(const std::string& title, const std::string& note, bool is_open) {
  return fmt::format("<details{}><summary>{} <span class=\"soft\">{}</span></summary><ul>\n",
                     is_open ? " open=\"open\"" : "", escaped(title), escaped(note));
}
constexpr const char* kClosed = "</ul></details>\n";

// The bytes of the tensors of each module and its submodules.
std::map<std::string, std::int64_t> sizes_of(const ModelSummary& summary) {
  std::map<std::string, std::int64_t> sizes;
  for (const TensorSummary& tensor : summary.tensors) {
    if (!tensor.shared_with.empty()) continue;
    sizes[""] += tensor.size_bytes;
    int levels = 0;
    for (std::size_t dot = tensor.name.find('.'); dot != std::string::npos && levels < 50;
         dot = tensor.name.find('.', dot + 1), ++levels)
      sizes[tensor.name.substr(0, dot)] += tensor.size_bytes;
  }
  return sizes;
}

std::string short_class(const std::string& name) { return last_part(name); }

// Writes the calls of one method.
class CallList {
 public:
  explicit CallList(const MethodGraph& graph) : graph_(graph) {}

  std::string run() {
    text_ = opened(graph_.method, counted(calls(), "call"), false);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const MethodNode& node = graph_.nodes[i];
      if (node.kind == MethodNodeKind::attribute || node.kind == MethodNodeKind::constant) continue;
      if (++rows > kMostRows) break;
      enter(node.scope);
      text_ += row_of(node, i);
    }
    enter(-1);
    if (rows > kMostRows) text_ += "<li>more calls follow</li>\n";
    if (!graph_.incomplete.empty())
      text_ += fmt::format("<li>incomplete: {}</li>\n", escaped(graph_.incomplete));
    return text_ + kClosed;
  }

 private:
  std::int64_t calls() const {
    std::int64_t count = 0;
    for (const MethodNode& node : graph_.nodes) count += node.kind == MethodNodeKind::op ? 1 : 0;
    return count;
  }

  // "#3" for a call, the name for what has one.
  std::string input_text(std::int64_t index) const {
    const MethodNode& node = graph_.nodes[static_cast<std::size_t>(index)];
    const bool is_call = node.kind == MethodNodeKind::op || node.kind == MethodNodeKind::condition;
    return is_call ? fmt::format("#{}", index) : node.name;
  }

  std::string row_of(const MethodNode& node, std::size_t index) const {
    std::string text = node.kind == MethodNodeKind::op ? node.name + "(" + node.arguments + ")"
                       : node.kind == MethodNodeKind::condition ? node.name + " " + node.arguments
                       : node.kind == MethodNodeKind::input     ? "input " + node.name
                                                                : node.name;
    std::string inputs;
    for (std::size_t i = 0; i < std::min(node.inputs.size(), kMostInputs); ++i)
      inputs += (i == 0 ? " from " : ", ") + input_text(node.inputs[i]);
    if (node.inputs.size() > kMostInputs) inputs += ", …";
    const std::string place =
        node.record.empty() ? std::string() : fmt::format("{}:{}", node.record, node.line);
    return fmt::format("<li title=\"{}\">#{} {}<span class=\"soft\">{}</span></li>\n",
                       escaped(place), index, escaped(text), escaped(inputs));
  }

  void enter(std::int64_t scope) {
    enter_scope(
        graph_, scope, open_, [this] { text_ += std::string(kClosed) + "</li>\n"; },
        [this](std::int64_t index) {
          const MethodScope& row = graph_.scopes[static_cast<std::size_t>(index)];
          const bool is_module = row.kind == MethodScopeKind::module;
          text_ +=
              "<li>" + opened(is_module ? row.path : row.name, is_module ? row.name : "", false);
        });
  }

  const MethodGraph& graph_;
  std::vector<std::int64_t> open_ = {};
  std::string text_ = {};
};

}  // namespace

std::string html_from_modules(const ModelSummary& summary) {
  const std::map<std::string, std::int64_t> sizes = sizes_of(summary);
  std::string text;
  std::vector<std::string> open;
  const auto close_until = [&](const std::string& path) {
    while (!open.empty() && !open.back().empty() && !path.starts_with(open.back() + ".")) {
      text += std::string(kClosed) + "</li>\n";
      open.pop_back();
    }
  };
  for (std::size_t i = 0; i < std::min(summary.modules.size(), kMostModules); ++i) {
    const ModuleSummary& module = summary.modules[i];
    close_until(module.path);
    std::string note = short_class(module.class_name);
    const auto size = sizes.find(module.path);
    if (size != sizes.end()) note += ", " + bytes_text(size->second);
    if (module.training.value_or(false)) note += ", training mode";
    const std::string title = module.path.empty() ? "the model itself" : last_part(module.path);
    text += "<li>" + opened(title, note, open.empty());
    open.push_back(module.path);
  }
  for (; !open.empty(); open.pop_back()) text += std::string(kClosed) + "</li>\n";
  if (summary.modules.size() > kMostModules) {
    text += fmt::format("<li>and {} more, which the report lists</li>\n",
                        summary.modules.size() - kMostModules);
  }
  return text.empty() ? "" : "<ul class=\"tree\">\n" + text + "</ul>\n";
}

std::string html_from_graphs(const ModelSummary& summary) {
  std::string text;
  for (const MethodGraph& graph : summary.method_graphs)
    text += "<li>" + CallList(graph).run() + "</li>\n";
  return text.empty() ? "" : "<ul class=\"tree\">\n" + text + "</ul>\n";
}

}  // namespace tsctl
