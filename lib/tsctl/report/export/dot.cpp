#include "tsctl/report/export/dot.h"

#include <fmt/format.h>

#include <vector>

#include "tsctl/core/base/text.h"
#include "tsctl/core/scope_steps.h"

namespace tsctl {

namespace {

// A text in quotes. A backslash would begin one of Graphviz's escapes; "\n" is a line break of ours.
std::string dot_text(const std::string& text) {
  std::string result = "\"";
  for (const char c : printable(text)) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

const char* style_of(MethodNodeKind kind) {
  switch (kind) {
    case MethodNodeKind::op:
      return "";
    case MethodNodeKind::condition:
      return ", shape=diamond";
    case MethodNodeKind::input:
    case MethodNodeKind::output:
      return ", shape=ellipse";
    case MethodNodeKind::attribute:
    case MethodNodeKind::constant:
      return ", style=filled, fillcolor=\"#eceff1\"";
  }
  return "";
}

std::string node_line(const MethodNode& node, std::size_t index) {
  std::string label = node.name;
  if (!node.arguments.empty()) label += "\n" + node.arguments;
  const std::string place =
      node.record.empty() ? std::string() : fmt::format("{}:{}", node.record, node.line);
  return fmt::format("n{} [label={}, tooltip={}{}];\n", index, dot_text(label), dot_text(place),
                     style_of(node.kind));
}

std::string scope_label(const MethodScope& scope) {
  return scope.kind == MethodScopeKind::module ? scope.path + " (" + scope.name + ")" : scope.name;
}

// Writes the nodes, each inside the clusters of its scopes, and then the edges.
class DotWriter {
 public:
  explicit DotWriter(const MethodGraph& graph) : graph_(graph) {}

  std::string run() {
    write_head();
    write_nodes();
    write_edges();
    return text_ + "}\n";
  }

 private:
  void write_head() {
    text_ = fmt::format("digraph {} {{\n", dot_text(graph_.method));
    text_ +=
        "  graph [fontname=\"Helvetica\", fontsize=11, color=\"#8a97a5\"];\n"
        "  node [shape=box, fontname=\"Helvetica\", fontsize=10];\n";
    if (!graph_.incomplete.empty())
      text_ += fmt::format("  label={};\n", dot_text("incomplete: " + graph_.incomplete));
  }

  void write_nodes() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      enter(graph_.nodes[i].scope);
      text_ += indent() + node_line(graph_.nodes[i], i);
    }
    enter(-1);  // closes the clusters
  }

  void write_edges() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const std::int64_t input : graph_.nodes[i].inputs)
        text_ += fmt::format("  n{} -> n{};\n", input, i);
    }
  }

  void enter(std::int64_t scope) {
    enter_scope(
        graph_, scope, open_, [this] { text_ += indent() + "}\n"; },
        [this](std::int64_t opened) { open_cluster(opened); });
  }

  void open_cluster(std::int64_t scope) {
    const MethodScope& opened = graph_.scopes[static_cast<std::size_t>(scope)];
    text_ += fmt::format("{}subgraph \"cluster_{}\" {{ label={};\n", indent(), scope,
                         dot_text(scope_label(opened)));
  }

  std::string indent() const {
    std::string blanks(2 * (open_.size() + 1), ' ');
    return blanks;
  }

  const MethodGraph& graph_;
  std::vector<std::int64_t> open_ = {};
  std::string text_ = {};
};

}  // namespace

std::string dot_from_graph(const MethodGraph& graph) { return DotWriter(graph).run(); }

}  // namespace tsctl
