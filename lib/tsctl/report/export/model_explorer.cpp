#include "tsctl/report/export/model_explorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tsctl/core/base/units.h"
#include "tsctl/report/json/ordered_json.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

using json::Json;

namespace {

// A layer's name; "/" would make two.
std::string layer_name(std::string text) {
  std::ranges::replace(text, '/', '_');
  return text;
}

// The module path "encoder.0" as layers: "encoder/0".
std::string layers_of(const std::string& path) {
  std::string layers = layer_name(path);
  std::ranges::replace(layers, '.', '/');
  return layers;
}

std::string time_text(const ProfileLine& line) {
  return fmt::format("{} of a call ({})", seconds_text(line.self_s), percent_text(line.share));
}

class GraphWriter {
 public:
  GraphWriter(const ModelSummary& summary, const MethodGraph& graph, const ProfileResult* profile)
      : graph_(graph), profile_(profile) {
    for (const TensorSummary& tensor : summary.tensors) tensors_.emplace(tensor.name, &tensor);
    for (const TensorSummary& tensor : summary.constants) tensors_.emplace(tensor.name, &tensor);
    for (const MethodScope& scope : graph.scopes) layers_.push_back(layers_for(scope));
  }

  Json run() {
    Json nodes = Json::array();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) nodes.push_back(node_json(i));
    Json result = {{"id", graph_.method}, {"nodes", std::move(nodes)}};
    if (Json groups = group_attributes(); !groups.empty())
      result["groupNodeAttributes"] = std::move(groups);
    return result;
  }

 private:
  std::string layers_for(const MethodScope& scope) const {
    if (scope.kind == MethodScopeKind::module && !scope.path.empty()) return layers_of(scope.path);
    const std::string around = scope.parent < 0 ? "" : layers_at(scope.parent) + "/";
    // Other scopes of a layer can have the same name.
    const bool needs_number = scope.kind != MethodScopeKind::function;
    return around + layer_name(scope.name) +
           (needs_number ? fmt::format("_{}", layers_.size()) : "");
  }

  // The layers of a scope; none for a node of the method itself.
  std::string layers_at(std::int64_t scope) const {
    return scope < 0 ? std::string() : layers_[static_cast<std::size_t>(scope)];
  }

  Json node_json(std::size_t index) const {
    const MethodNode& node = graph_.nodes[index];
    Json edges = Json::array();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      edges.push_back({{"sourceNodeId", std::to_string(node.inputs[i])},
                       {"sourceNodeOutputId", "0"},
                       {"targetNodeInputId", std::to_string(i)}});
    }
    return {{"id", std::to_string(index)},
            {"label", node.name},
            {"namespace", layers_at(node.scope)},
            {"attrs", attributes_of(node)},
            {"incomingEdges", std::move(edges)}};
  }

  Json attributes_of(const MethodNode& node) const {
    Json attributes = Json::array();
    const auto add = [&attributes](const char* key, const std::string& value) {
      if (!value.empty()) attributes.push_back({{"key", key}, {"value", value}});
    };
    add("kind", name_of(node.kind));
    add("arguments", node.arguments);
    if (!node.record.empty()) add("code", fmt::format("{}:{}", node.record, node.line));
    const auto tensor = tensors_.find(node.name);
    if (node.kind != MethodNodeKind::op && tensor != tensors_.end()) {
      add("type", tensor->second->dtype + " " + shape_text(tensor->second->shape));
      add("size", bytes_text(tensor->second->size_bytes));
    }
    const ProfileLine* line = line_of(&ProfileResult::operators, node.name);
    if (node.kind == MethodNodeKind::op && line != nullptr)
      add("time of all such operators", time_text(*line));
    return attributes;
  }

  // The line of this name in a part of the profile; nullptr if there is none, or no profile.
  const ProfileLine* line_of(std::vector<ProfileLine> ProfileResult::*part,
                             const std::string& name) const {
    if (profile_ == nullptr) return nullptr;
    const std::vector<ProfileLine>& lines = profile_->*part;
    const auto found = std::ranges::find(lines, name, &ProfileLine::name);
    return found == lines.end() ? nullptr : &*found;
  }

  Json group_attributes() const {
    Json groups = Json::object();
    for (std::size_t i = 0; i < graph_.scopes.size(); ++i) {
      const MethodScope& scope = graph_.scopes[i];
      if (scope.kind != MethodScopeKind::module) continue;
      groups[layers_[i]]["class"] = scope.name;
      const ProfileLine* line = line_of(&ProfileResult::modules, scope.path);
      if (line != nullptr) groups[layers_[i]]["time"] = time_text(*line);
    }
    return groups;
  }

  const MethodGraph& graph_;
  const ProfileResult* profile_;
  std::map<std::string, const TensorSummary*> tensors_ = {};
  std::vector<std::string> layers_ = {};  // of each scope
};

}  // namespace

std::string model_explorer_from_summary(const ModelSummary& summary, const ProfileResult* profile) {
  Json graphs = Json::array();
  for (const MethodGraph& graph : summary.method_graphs)
    graphs.push_back(GraphWriter(summary, graph, profile).run());
  const Json document = {{"label", summary.path}, {"graphs", std::move(graphs)}};
  return json::document_text(document, 1);
}

}  // namespace tsctl
