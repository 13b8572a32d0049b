#include "tsctl/archive/diff_structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tsctl/archive/sequence_diff.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostEdits = 1000;  // calls that differ between two methods

using Calls = std::vector<const MethodNode*>;

Calls calls_of(const MethodGraph& graph) {
  Calls calls;
  for (const MethodNode& node : graph.nodes) {
    if (node.kind == MethodNodeKind::op || node.kind == MethodNodeKind::condition)
      calls.push_back(&node);
  }
  return calls;
}

std::string call_text(const MethodNode& node) {
  return node.kind == MethodNodeKind::condition ? node.name + " " + node.arguments
                                                : node.name + "(" + node.arguments + ")";
}

std::string place_text(const MethodNode& node) {
  return node.record.empty() ? std::string() : fmt::format("{}:{}", node.record, node.line);
}

std::string module_of(const MethodGraph& graph, const MethodNode& node) {
  for (std::int64_t scope = node.scope; scope >= 0;) {
    const MethodScope& row = graph.scopes[static_cast<std::size_t>(scope)];
    if (!row.path.empty()) return row.path;
    scope = row.parent;
  }
  return {};
}

std::vector<std::size_t> numbered(const Calls& calls, std::map<std::string, std::size_t>& known) {
  std::vector<std::size_t> numbers;
  for (const MethodNode* node : calls)
    numbers.push_back(known.emplace(call_text(*node), known.size()).first->second);
  return numbers;
}

class MethodComparison {
 public:
  MethodComparison(const MethodGraph& a, const MethodGraph& b, DiffResult& result)
      : a_(a), b_(b), result_(result) {}

  void run() {
    const Calls calls_a = calls_of(a_);
    const Calls calls_b = calls_of(b_);
    std::map<std::string, std::size_t> known;
    const auto numbers_a = numbered(calls_a, known);
    const auto numbers_b = numbered(calls_b, known);
    const auto steps = aligned(numbers_a, numbers_b, kMostEdits);
    if (!steps) {
      result_.notes.push_back(fmt::format("{}: more than {} calls differ, so they were not aligned",
                                          a_.method, kMostEdits));
      result_.structure.push_back({.method = a_.method,
                                   .before = counted(std::ssize(calls_a), "call"),
                                   .after = counted(std::ssize(calls_b), "call")});
      return;
    }
    Calls removed;
    Calls added;
    for (const SequenceStep& step : *steps) {
      if (step.kind == SequenceStep::Kind::only_a) removed.push_back(calls_a[step.a]);
      if (step.kind == SequenceStep::Kind::only_b) added.push_back(calls_b[step.b]);
      if (step.kind == SequenceStep::Kind::both) add_rows(removed, added);
    }
    add_rows(removed, added);
  }

 private:
  // Of calls between two that both methods have. A call of the same operator with other arguments is one row.
  void add_rows(Calls& removed, Calls& added) {
    auto next = added.begin();
    for (const MethodNode* before : removed) {
      const auto same = std::find_if(next, added.end(), [before](const MethodNode* node) {
        return node->name == before->name;
      });
      if (same == added.end()) {
        add_row(before, nullptr);
        continue;
      }
      for (; next != same; ++next) add_row(nullptr, *next);
      add_row(before, *next++);
    }
    for (; next != added.end(); ++next) add_row(nullptr, *next);
    removed.clear();
    added.clear();
  }

  void add_row(const MethodNode* before, const MethodNode* after) {
    StructureChange row{.method = a_.method,
                        .name = before != nullptr ? before->name : after->name};
    row.change = before == nullptr  ? TextChangeKind::added
                 : after == nullptr ? TextChangeKind::removed
                                    : TextChangeKind::changed;
    row.module = before != nullptr ? module_of(a_, *before) : module_of(b_, *after);
    if (before != nullptr) {
      row.before = call_text(*before);
      row.place_before = place_text(*before);
    }
    if (after != nullptr) {
      row.after = call_text(*after);
      row.place_after = place_text(*after);
    }
    result_.structure.push_back(std::move(row));
  }

  const MethodGraph& a_;
  const MethodGraph& b_;
  DiffResult& result_;
};

}  // namespace

void compare_structure(const ModelSummary& a, const ModelSummary& b, DiffResult& result) {
  for (const MethodGraph& graph : a.method_graphs) {
    const auto other = std::ranges::find_if(
        b.method_graphs, [&](const MethodGraph& row) { return row.method == graph.method; });
    if (other == b.method_graphs.end()) continue;
    for (const MethodGraph* one : {&graph, &*other}) {
      if (one->incomplete.empty()) continue;
      result.notes.push_back(
          fmt::format("{}: the calls of {} were compared only in part, because {}", graph.method,
                      one == &graph ? "a" : "b", one->incomplete));
    }
    MethodComparison(graph, *other, result).run();
  }
}

}  // namespace tsctl
