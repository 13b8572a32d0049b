#include "tsctl/archive/diff_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tsctl/archive/equal_tensors.h"
#include "tsctl/archive/sequence_diff.h"
#include "tsctl/archive/tensor_bytes.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostPairs = 250'000;  // of equal tensors, whose names are compared
constexpr std::size_t kMostEdits = 1000;     // between the constants of the two files
constexpr std::size_t kMostNotes = 8;
constexpr std::size_t kMostAlike = 200;  // characters

// The characters that two names have in common at their ends.
std::size_t likeness(const std::string& a, const std::string& b) {
  const std::size_t shorter = std::min({a.size(), b.size(), kMostAlike});
  std::size_t before = 0;
  while (before < shorter && a[before] == b[before]) ++before;
  std::size_t after = 0;
  while (after < shorter - before && a[a.size() - 1 - after] == b[b.size() - 1 - after]) ++after;
  return before + after;
}

// Pairs of equal tensors, those of the most similar names first.
std::vector<std::pair<const TensorSummary*, const TensorSummary*>> matched(
    const EqualTensors& equal) {
  std::vector<std::pair<const TensorSummary*, const TensorSummary*>> pairs;
  if (equal.a.size() * equal.b.size() > kMostPairs) {
    for (std::size_t i = 0; i < std::min(equal.a.size(), equal.b.size()); ++i)
      pairs.emplace_back(equal.a[i], equal.b[i]);
    return pairs;
  }
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> candidates;
  for (std::size_t i = 0; i < equal.a.size(); ++i) {
    for (std::size_t j = 0; j < equal.b.size(); ++j)
      candidates.emplace_back(likeness(equal.a[i]->name, equal.b[j]->name), i, j);
  }
  std::ranges::stable_sort(
      candidates, [](const auto& x, const auto& y) { return std::get<0>(x) > std::get<0>(y); });
  std::set<std::size_t> used_a;
  std::set<std::size_t> used_b;
  for (const auto& [score, i, j] : candidates) {
    if (used_a.contains(i) || used_b.contains(j)) continue;
    used_a.insert(i);
    used_b.insert(j);
    pairs.emplace_back(equal.a[i], equal.b[j]);
  }
  return pairs;
}

class TensorComparison {
 public:
  TensorComparison(const DiffFile& a, const DiffFile& b, DiffResult& result)
      : a_(a), b_(b), result_(result), search_(a, b) {}

  Renames run() {
    compare_names();
    find_renames();
    find_constants();
    for (const TensorSummary& tensor : a_.summary.tensors) add_row(tensor);
    for (const TensorSummary* tensor : only_b_) add_added(*tensor, result_.tensors);
    compare_constants();
    return std::move(renames_);
  }

 private:
  void compare_names() {
    std::map<std::string, const TensorSummary*> in_b;
    for (const TensorSummary& tensor : b_.summary.tensors) in_b.emplace(tensor.name, &tensor);
    std::set<std::string> in_a;
    for (const TensorSummary& tensor : a_.summary.tensors) {
      in_a.insert(tensor.name);
      const auto found = in_b.find(tensor.name);
      if (found == in_b.end()) {
        only_a_.push_back(&tensor);
      } else if (auto change = difference(tensor, *found->second)) {
        rows_.emplace(&tensor, std::move(*change));
      } else {
        ++result_.equal_tensors;
      }
    }
    for (const TensorSummary& tensor : b_.summary.tensors) {
      if (!in_a.contains(tensor.name)) only_b_.push_back(&tensor);
    }
  }

  static TensorChange row_of(const TensorSummary& a, TensorChangeKind change) {
    return {.name = a.name,
            .kind = a.kind,
            .change = change,
            .before = tensor_type_text(a),
            .count = a.count};
  }

  // None for two equal tensors.
  std::optional<TensorChange> difference(const TensorSummary& a, const TensorSummary& b) const {
    TensorChange change = row_of(a, TensorChangeKind::values);
    change.after = tensor_type_text(b);
    if (a.dtype != b.dtype) {
      change.change = TensorChangeKind::dtype;
    } else if (a.shape != b.shape) {
      change.change = TensorChangeKind::shape;
    } else {
      const ElementDifference elements = difference_of_elements(a_.zip, a, b_.zip, b);
      if (elements.differing == 0) return std::nullopt;
      change.changed_elements = elements.differing;
      change.max_abs = elements.max_abs;
      change.max_abs_to_peak = elements.max_abs_to_peak;
      change.nonfinite = elements.nonfinite;
    }
    return change;
  }

  void find_renames() {
    std::set<const TensorSummary*> matched_b;
    for (const EqualTensors& equal : search_.find(only_a_, only_b_)) {
      for (const auto& [a, b] : matched(equal)) {
        TensorChange change = row_of(*a, TensorChangeKind::renamed);
        change.after = b->name;
        rows_.emplace(a, std::move(change));
        matched_b.insert(b);
        renames_.emplace_back(a->name, b->name);
      }
    }
    std::erase_if(only_a_, [this](const TensorSummary* row) { return rows_.contains(row); });
    std::erase_if(only_b_, [&](const TensorSummary* row) { return matched_b.contains(row); });
    std::ranges::sort(renames_);
  }

  // Tensors of A that B holds as constants.
  void find_constants() {
    Tensors constants;
    for (const TensorSummary& constant : b_.summary.constants) constants.push_back(&constant);
    for (const EqualTensors& equal : search_.find(only_a_, constants)) {
      for (std::size_t i = 0; i < equal.a.size(); ++i) {
        const TensorSummary* constant = equal.b[std::min(i, equal.b.size() - 1)];
        TensorChange change = row_of(*equal.a[i], TensorChangeKind::became_constant);
        change.after = "constant " + constant->name;
        rows_.emplace(equal.a[i], std::move(change));
        constants_from_tensors_.insert(constant);
      }
    }
    for (const TensorSummary* tensor : only_a_)
      rows_.emplace(tensor, row_of(*tensor, TensorChangeKind::removed));
  }

  void add_row(const TensorSummary& tensor) {
    const auto row = rows_.find(&tensor);
    if (row != rows_.end()) result_.tensors.push_back(std::move(row->second));
  }

  static void add_added(const TensorSummary& tensor, std::vector<TensorChange>& changes) {
    changes.push_back({.name = tensor.name,
                       .kind = tensor.kind,
                       .change = TensorChangeKind::added,
                       .after = tensor_type_text(tensor),
                       .count = tensor.count});
  }

  // Constants have numbers for names, and one more at the front changes all numbers: equal ones are matched first, the
  // others by type, in their order.
  void compare_constants() {
    Tensors in_a;
    Tensors in_b;
    for (const TensorSummary& constant : a_.summary.constants) in_a.push_back(&constant);
    for (const TensorSummary& constant : b_.summary.constants) {
      if (!constants_from_tensors_.contains(&constant)) in_b.push_back(&constant);
    }
    std::set<const TensorSummary*> equal_ones;
    for (const EqualTensors& equal : search_.find(in_a, in_b)) {
      const std::size_t count = std::min(equal.a.size(), equal.b.size());
      for (std::size_t i = 0; i < count; ++i) equal_ones.insert({equal.a[i], equal.b[i]});
      result_.equal_tensors += static_cast<std::int64_t>(count);
    }
    const auto is_equal = [&](const TensorSummary* row) { return equal_ones.contains(row); };
    std::erase_if(in_a, is_equal);
    std::erase_if(in_b, is_equal);
    match_by_type(in_a, in_b);
  }

  void match_by_type(const Tensors& in_a, const Tensors& in_b) {
    std::map<std::string, std::size_t> types;
    const auto numbered = [&types](const Tensors& tensors) {
      std::vector<std::size_t> numbers;
      for (const TensorSummary* tensor : tensors)
        numbers.push_back(types.emplace(tensor_type_text(*tensor), types.size()).first->second);
      return numbers;
    };
    const auto numbers_a = numbered(in_a);
    const auto numbers_b = numbered(in_b);
    const auto steps = aligned(numbers_a, numbers_b, kMostEdits);
    Tensors left_a = steps ? Tensors() : in_a;
    Tensors left_b = steps ? Tensors() : in_b;
    for (const SequenceStep& step : steps.value_or(std::vector<SequenceStep>())) {
      if (step.kind == SequenceStep::Kind::both) add_pair(*in_a[step.a], *in_b[step.b]);
      if (step.kind == SequenceStep::Kind::only_a) left_a.push_back(in_a[step.a]);
      if (step.kind == SequenceStep::Kind::only_b) left_b.push_back(in_b[step.b]);
    }
    match_by_name(left_a, left_b);
  }

  void match_by_name(const Tensors& in_a, const Tensors& in_b) {
    std::map<std::string, const TensorSummary*> rest;
    for (const TensorSummary* constant : in_b) rest.emplace(constant->name, constant);
    for (const TensorSummary* constant : in_a) {
      const auto same_name = rest.find(constant->name);
      if (same_name == rest.end()) {
        result_.constants.push_back(row_of(*constant, TensorChangeKind::removed));
      } else {
        add_pair(*constant, *same_name->second);
        rest.erase(same_name);
      }
    }
    for (const TensorSummary* constant : in_b) {
      if (rest.contains(constant->name)) add_added(*constant, result_.constants);
    }
  }

  void add_pair(const TensorSummary& a, const TensorSummary& b) {
    std::optional<TensorChange> change = difference(a, b);
    if (!change) {
      ++result_.equal_tensors;
      return;
    }
    if (a.name != b.name) change->after += fmt::format(" ({})", b.name);
    result_.constants.push_back(std::move(*change));
  }

  const DiffFile& a_;
  const DiffFile& b_;
  DiffResult& result_;
  EqualSearch search_;
  Tensors only_a_;  // without a tensor of that name in B
  Tensors only_b_;
  std::map<const TensorSummary*, TensorChange> rows_;  // by the tensor of A
  Renames renames_;
  std::set<const TensorSummary*>
      constants_from_tensors_;  // constants of B that equal a tensor of A
};

std::string pattern(const std::string& module) { return module.empty() ? "*" : module + ".*"; }

}  // namespace

Renames compare_tensors(const DiffFile& a, const DiffFile& b, DiffResult& result) {
  return TensorComparison(a, b, result).run();
}

std::pair<std::string, std::string> renamed_module(const std::string& before,
                                                   const std::string& after) {
  std::size_t same = 0;
  while (same < std::min(before.size(), after.size()) &&
         before[before.size() - 1 - same] == after[after.size() - 1 - same])
    ++same;
  // Only whole parts of the path count.
  const auto cut_at = [](const std::string& name, std::size_t length) {
    return length == name.size() || name[name.size() - 1 - length] == '.';
  };
  while (same > 0 && !(cut_at(before, same) && cut_at(after, same))) --same;
  const auto without = [same](const std::string& name) {
    return same == name.size() ? std::string() : name.substr(0, name.size() - same - 1);
  };
  return same == 0 ? std::pair(before, after) : std::pair(without(before), without(after));
}

std::vector<std::string> rename_notes(const Renames& renames) {
  std::map<std::pair<std::string, std::string>, std::int64_t> modules;
  for (const auto& [before, after] : renames) {
    const auto module = renamed_module(before, after);
    if (module.first != before || module.second != after) ++modules[module];
  }
  std::vector<std::string> notes;
  std::size_t left_out = 0;
  for (const auto& [module, count] : modules) {
    if (count < 2) continue;
    if (notes.size() == kMostNotes) {
      ++left_out;
      continue;
    }
    notes.push_back(fmt::format("{} renamed: {} -> {}", counted(count, "tensor"),
                                pattern(module.first), pattern(module.second)));
  }
  if (left_out > 0)
    notes.push_back(fmt::format("and {} more", counted(left_out, "renamed module")));
  return notes;
}

}  // namespace tsctl
