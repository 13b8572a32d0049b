#include "tsctl/archive/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tsctl/archive/inspect.h"
#include "tsctl/archive/tensor_bytes.h"

namespace tsctl {

namespace {

using TensorsByName = std::map<std::string, const TensorSummary*>;

// "float32 [8, 16]"
std::string type_text(const TensorSummary& tensor) {
  return fmt::format("{} [{}]", tensor.dtype, fmt::join(tensor.shape, ", "));
}

// One of the two files: its summary, and the archive to read its tensors from.
struct Side {
  explicit Side(const std::string& path) : summary(inspect(options_for(path))), zip(path) {}

  static InspectOptions options_for(const std::string& path) {
    InspectOptions options;
    options.model_path = path;
    options.value_limit_bytes =
        1 << 20;  // values are compared, so a short limit would hide changes
    return options;
  }

  ModelSummary summary;
  ZipReader zip;
};

DiffSide side_summary(const ModelSummary& summary) {
  return {summary.path,   summary.class_name,      summary.size_bytes,
          summary.frozen, summary.parameter_count, summary.constant_count};
}

TensorsByName by_name(const std::vector<TensorSummary>& tensors) {
  TensorsByName named;
  for (const TensorSummary& tensor : tensors) named.emplace(tensor.name, &tensor);
  return named;
}

class Comparison {
 public:
  Comparison(const Side& a, const Side& b) : a_(a), b_(b) {
    result_.a = side_summary(a.summary);
    result_.b = side_summary(b.summary);
  }

  DiffResult run() {
    compare_tensors();
    compare_constants();
    compare_methods();
    compare_attributes();
    compare_extra_files();
    result_.same = result_.tensors.empty() && result_.constants.empty() &&
                   result_.methods.empty() && result_.ops.empty() && result_.attributes.empty();
    add_notes();
    return std::move(result_);
  }

 private:
  // Adds the difference between two tensors of the same name.
  void compare_pair(const TensorSummary& a, const TensorSummary& b,
                    std::vector<TensorChange>& changes) {
    TensorChange change{a.name, a.kind, TensorChangeKind::values, type_text(a), type_text(b),
                        0,      a.count};
    if (a.dtype != b.dtype) {
      change.change = TensorChangeKind::dtype;
    } else if (a.shape != b.shape) {
      change.change = TensorChangeKind::shape;
    } else {
      change.changed_elements = count_differing_elements(a_.zip, a, b_.zip, b);
      if (change.changed_elements == 0) {
        ++result_.equal_tensors;
        return;
      }
    }
    changes.push_back(std::move(change));
  }

  void compare_tensors() {
    const TensorsByName in_b = by_name(b_.summary.tensors);
    for (const TensorSummary& tensor : a_.summary.tensors) {
      const auto found = in_b.find(tensor.name);
      if (found != in_b.end()) {
        compare_pair(tensor, *found->second, result_.tensors);
      } else {
        add_removed(tensor);
      }
    }
    const TensorsByName in_a = by_name(a_.summary.tensors);
    for (const TensorSummary& tensor : b_.summary.tensors) {
      if (in_a.count(tensor.name) > 0) continue;
      result_.tensors.push_back({tensor.name, tensor.kind, TensorChangeKind::added, "",
                                 type_text(tensor), 0, tensor.count});
    }
  }

  // Adds a tensor of A that B lacks, and looks for an equal constant in B.
  void add_removed(const TensorSummary& tensor) {
    TensorChange change{tensor.name, tensor.kind, TensorChangeKind::removed, type_text(tensor), "",
                        0,           tensor.count};
    for (const TensorSummary& constant : b_.summary.constants) {
      if (constant.dtype != tensor.dtype || constant.shape != tensor.shape) continue;
      if (!have_equal_elements(a_.zip, tensor, b_.zip, constant)) continue;
      change.change = TensorChangeKind::became_constant;
      change.after = "constant " + constant.name;
      constants_from_tensors_.insert(constant.name);
      break;
    }
    result_.tensors.push_back(std::move(change));
  }

  // Constants are numbered, so one more constant at the front renames all others: equal constants are matched first.
  void compare_constants() {
    std::vector<const TensorSummary*> left;  // constants of B without a match
    for (const TensorSummary& constant : b_.summary.constants) {
      if (constants_from_tensors_.count(constant.name) == 0) left.push_back(&constant);
    }
    std::vector<const TensorSummary*> removed;
    for (const TensorSummary& constant : a_.summary.constants) {
      const auto equal = std::ranges::find_if(left, [&](const TensorSummary* other) {
        return other->dtype == constant.dtype && other->shape == constant.shape &&
               have_equal_elements(a_.zip, constant, b_.zip, *other);
      });
      if (equal == left.end()) {
        removed.push_back(&constant);
      } else {
        ++result_.equal_tensors;
        left.erase(equal);
      }
    }
    for (const TensorSummary* constant : removed) {
      const auto same_name = std::ranges::find_if(
          left, [constant](const TensorSummary* other) { return other->name == constant->name; });
      if (same_name == left.end()) {
        result_.constants.push_back({constant->name, constant->kind, TensorChangeKind::removed,
                                     type_text(*constant), "", 0, constant->count});
      } else {
        compare_pair(*constant, **same_name, result_.constants);
        left.erase(same_name);
      }
    }
    for (const TensorSummary* constant : left) {
      result_.constants.push_back({constant->name, constant->kind, TensorChangeKind::added, "",
                                   type_text(*constant), 0, constant->count});
    }
  }

  static void compare_texts(const std::map<std::string, std::string>& a,
                            const std::map<std::string, std::string>& b,
                            std::vector<TextChange>& changes) {
    for (const auto& [name, text] : a) {
      const auto found = b.find(name);
      if (found == b.end()) {
        changes.push_back({name, TextChangeKind::removed, text, ""});
      } else if (found->second != text) {
        changes.push_back({name, TextChangeKind::changed, text, found->second});
      }
    }
    for (const auto& [name, text] : b) {
      if (a.count(name) == 0) changes.push_back({name, TextChangeKind::added, "", text});
    }
  }

  void compare_methods() {
    const auto signatures = [](const ModelSummary& summary) {
      std::map<std::string, std::string> texts;
      for (const MethodSummary& method : summary.methods) texts[method.name] = method.signature;
      return texts;
    };
    compare_texts(signatures(a_.summary), signatures(b_.summary), result_.methods);
    for (const MethodSummary& method : a_.summary.methods) {
      const auto other = std::ranges::find_if(
          b_.summary.methods,
          [&method](const MethodSummary& row) { return row.name == method.name; });
      if (other != b_.summary.methods.end()) compare_ops(method, *other);
    }
  }

  void compare_ops(const MethodSummary& a, const MethodSummary& b) {
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
    for (const OpCount& op : a.ops) counts[op.name].first = op.count;
    for (const OpCount& op : b.ops) counts[op.name].second = op.count;
    for (const auto& [name, count] : counts) {
      if (count.first != count.second)
        result_.ops.push_back({a.name, name, count.first, count.second});
    }
  }

  void compare_attributes() {
    const auto values = [](const ModelSummary& summary) {
      std::map<std::string, std::string> texts;
      for (const AttributeSummary& attribute : summary.attributes)
        texts[attribute.name] = attribute.value;
      return texts;
    };
    std::map<std::string, std::string> in_a = values(a_.summary);
    std::map<std::string, std::string> in_b = values(b_.summary);
    // Training modes are compared only for modules that have one in both files: freezing removes them all, and
    // add_notes() reports that.
    std::map<std::string, bool> modes;
    for (const ModuleSummary& module : a_.summary.modules) {
      if (module.training) modes[module.path] = *module.training;
    }
    for (const ModuleSummary& module : b_.summary.modules) {
      const auto other = modes.find(module.path);
      if (!module.training || other == modes.end()) continue;
      const std::string name = module.path.empty() ? "training" : module.path + ".training";
      in_a[name] = other->second ? "True" : "False";
      in_b[name] = *module.training ? "True" : "False";
    }
    compare_texts(in_a, in_b, result_.attributes);
  }

  void compare_extra_files() {
    const auto contents = [](const ModelSummary& summary) {
      std::map<std::string, std::string> texts;
      for (const RecordSummary& record : summary.records) {
        if (record.group != RecordGroup::extra) continue;
        constexpr std::string_view kExtra = "extra/";
        texts[record.name.substr(kExtra.size())] =
            fmt::format("{} bytes, CRC-32 {}", record.size_bytes, record.crc32);
      }
      return texts;
    };
    compare_texts(contents(a_.summary), contents(b_.summary), result_.extra_files);
  }

  std::int64_t tensors_with(TensorChangeKind change) const {
    return std::ranges::count_if(
        result_.tensors, [change](const TensorChange& row) { return row.change == change; });
  }

  void add_notes() {
    for (const Side* side : {&a_, &b_}) {
      for (const Warning& warning : side->summary.warnings) {
        if (warning.code != WarningCode::cannot_be_loaded) continue;
        result_.warnings.push_back(
            {warning.code, fmt::format("'{}': {}", side->summary.path, warning.text)});
      }
    }
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
  }

  const Side& a_;
  const Side& b_;
  DiffResult result_;
  std::set<std::string> constants_from_tensors_;  // constants of B that equal a tensor of A
};

}  // namespace

DiffResult diff(const DiffOptions& options) {
  const Side a(options.path_a);
  const Side b(options.path_b);
  return Comparison(a, b).run();
}

}  // namespace tsctl
