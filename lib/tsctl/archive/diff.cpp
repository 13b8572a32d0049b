#include "tsctl/archive/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tsctl/archive/diff_structure.h"
#include "tsctl/archive/diff_tensors.h"
#include "tsctl/archive/diff_texts.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

InspectOptions options_for(const std::string& path) {
  return {.model_path = path,
          .with_code = true,
          .with_graphs = true,
          .value_limit_bytes = 1 << 20};  // values are compared: a short limit would hide changes
}

DiffSide side_summary(const ModelSummary& summary) {
  return {summary.path,   summary.class_name,      summary.size_bytes,
          summary.frozen, summary.parameter_count, summary.constant_count};
}

class Comparison {
 public:
  Comparison(const DiffFile& a, const DiffFile& b, const DiffOptions& options)
      : a_(a), b_(b), options_(options) {
    result_.a = side_summary(a.summary);
    result_.b = side_summary(b.summary);
  }

  DiffResult run() {
    const bool ignores_names = options_.ignores(IgnoreKind::names);
    const Renames renames = compare_tensors(a_, b_, result_);
    compare_methods(a_.summary, b_.summary, ignores_names, result_);
    compare_structure(a_.summary, b_.summary, result_);
    compare_attributes(a_.summary, b_.summary, renames, ignores_names, result_);
    compare_extra_files(a_.summary, b_.summary, result_);
    std::vector<std::string> notes = std::exchange(result_.notes, {});
    add_notes(renames);
    std::ranges::move(notes, std::back_inserter(result_.notes));
    leave_out_ignored();
    add_warnings();
    result_.same = result_.tensors.empty() && result_.constants.empty() &&
                   result_.methods.empty() && result_.ops.empty() && result_.structure.empty() &&
                   result_.attributes.empty();
    if (result_.same && !have_equal_code(a_.summary, b_.summary)) {
      result_.notes.emplace_back(
          "the code is written differently: the calls and their literal arguments are the same; "
          "which values they take was not compared");
    }
    return std::move(result_);
  }

 private:
  std::int64_t tensors_with(TensorChangeKind change) const {
    return std::ranges::count_if(
        result_.tensors, [change](const TensorChange& row) { return row.change == change; });
  }

  template <typename Row, typename Change>
  static std::int64_t erase_rows(std::vector<Row>& rows, Change change) {
    return static_cast<std::int64_t>(
        std::erase_if(rows, [change](const Row& row) { return row.change == change; }));
  }

  std::int64_t leave_out(IgnoreKind kind) {
    switch (kind) {
      case IgnoreKind::debug:
        return differing_debug_records(a_.summary, b_.summary);
      case IgnoreKind::extra:
        return static_cast<std::int64_t>(std::exchange(result_.extra_files, {}).size());
      case IgnoreKind::names:
        return erase_rows(result_.tensors, TensorChangeKind::renamed) +
               erase_rows(result_.attributes, TextChangeKind::renamed);
      case IgnoreKind::values:
        return erase_rows(result_.tensors, TensorChangeKind::values) +
               erase_rows(result_.constants, TensorChangeKind::values);
    }
    return 0;
  }

  void leave_out_ignored() {
    for (const auto& [kind, name] : names_of(IgnoreKind{})) {
      if (options_.ignores(kind)) result_.ignored.push_back({kind, leave_out(kind)});
    }
  }

  void add_warnings() {
    for (const DiffFile* file : {&a_, &b_}) {
      for (const Warning& warning : file->summary.warnings) {
        if (warning.code != WarningCode::cannot_be_loaded) continue;
        result_.warnings.push_back(
            {warning.code, fmt::format("'{}': {}", file->summary.path, warning.text)});
      }
    }
  }

  void add_notes(const Renames& renames) {
    const std::int64_t constants = tensors_with(TensorChangeKind::became_constant);
    const std::int64_t removed = tensors_with(TensorChangeKind::removed);
    const std::size_t all = a_.summary.tensors.size();
    if (!result_.a.frozen && result_.b.frozen) result_.notes.emplace_back("b is frozen, a is not");
    if (result_.a.frozen && !result_.b.frozen) result_.notes.emplace_back("a is frozen, b is not");
    if (constants > 0) {
      result_.notes.push_back(
          fmt::format("{} of {} tensors became constants with the same bytes", constants, all));
    }
    if (result_.b.frozen && removed > 0) {
      result_.notes.push_back(fmt::format(
          "removed, because folded into other weights or unused: {} of {} tensors", removed, all));
    }
    for (const OpChange& op : result_.ops) {
      const bool is_dropout = op.name.find("dropout") != std::string::npos;
      if (is_dropout && op.after == 0)
        result_.notes.push_back(fmt::format("{} was removed from {}", op.name, op.method));
    }
    if (!options_.ignores(IgnoreKind::names))
      std::ranges::move(rename_notes(renames), std::back_inserter(result_.notes));
    add_notes_of_records();
  }

  void add_notes_of_records() {
    const std::int64_t debug = differing_debug_records(a_.summary, b_.summary);
    if (debug > 0 && !options_.ignores(IgnoreKind::debug)) {
      result_.notes.push_back(
          fmt::format("{} with source paths and lines {}, which is not part of the verdict",
                      counted(debug, "debug record"), debug == 1 ? "differs" : "differ"));
    }
    for (const auto& [file, name] : {std::pair(&a_, "a"), std::pair(&b_, "b")}) {
      const bool is_compressed = std::ranges::any_of(
          file->summary.findings,
          [](const FileFinding& row) { return row.code == FindingCode::compressed_tensors; });
      if (is_compressed) {
        result_.notes.push_back(fmt::format(
            "the tensors of {} are compressed: their content was compared, not their bytes in the "
            "file",
            name));
      }
    }
  }

  const DiffFile& a_;
  const DiffFile& b_;
  const DiffOptions& options_;
  DiffResult result_;
};

}  // namespace

DiffFile::DiffFile(const std::string& path) : summary(inspect(options_for(path))), zip(path) {}

DiffResult diff(const DiffOptions& options) {
  const DiffFile a(options.path_a);
  const DiffFile b(options.path_b);
  return Comparison(a, b, options).run();
}

}  // namespace tsctl
