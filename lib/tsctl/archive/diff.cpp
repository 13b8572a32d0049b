#include "tsctl/archive/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tsctl/archive/inspect.h"
#include "tsctl/archive/tensor_bytes.h"

namespace tsctl {

namespace {

using Named = std::map<std::string, const TensorSummary*>;

std::string kind_text(const TensorSummary& tensor) {
  std::string text = tensor.dtype + " [";
  for (std::size_t i = 0; i < tensor.shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(tensor.shape[i]);
  return text + "]";
}

// One side: what it holds, and the archive for its bytes.
struct Side {
  explicit Side(const std::string& path) : summary(inspect(options_for(path))), zip(path) {}

  static InspectOptions options_for(const std::string& path) {
    InspectOptions options;
    options.model_path = path;
    options.value_limit_bytes = 1 << 20;  // values are compared, so they must not be cut early
    return options;
  }

  ModelSummary summary;
  ZipReader zip;
};

DiffSide side_summary(const ModelSummary& summary) {
  return {summary.path,   summary.class_name,      summary.size_bytes,
          summary.frozen, summary.parameter_count, summary.constant_count};
}

Named by_name(const std::vector<TensorSummary>& tensors) {
  Named named;
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
  // Adds what differs between two tensors of one name.
  void compare_pair(const TensorSummary& a, const TensorSummary& b,
                    std::vector<TensorChange>& changes) {
    using enum TensorChangeKind;
    TensorChange change{a.name, a.kind, values, kind_text(a), kind_text(b), 0, a.count};
    if (a.dtype != b.dtype) {
      change.change = dtype;
    } else if (a.shape != b.shape) {
      change.change = shape;
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
    const Named in_b = by_name(b_.summary.tensors);
    for (const TensorSummary& tensor : a_.summary.tensors) {
      const auto found = in_b.find(tensor.name);
      if (found != in_b.end()) {
        compare_pair(tensor, *found->second, result_.tensors);
      } else {
        add_removed(tensor);
      }
    }
    const Named in_a = by_name(a_.summary.tensors);
    for (const TensorSummary& tensor : b_.summary.tensors) {
      if (in_a.count(tensor.name) > 0) continue;
      result_.tensors.push_back({tensor.name, tensor.kind, TensorChangeKind::added, "",
                                 kind_text(tensor), 0, tensor.count});
    }
  }

  // A tensor that B does not have under its name: it may live on as a constant.
  void add_removed(const TensorSummary& tensor) {
    TensorChange change{tensor.name, tensor.kind, TensorChangeKind::removed, kind_text(tensor), "",
                        0,           tensor.count};
    for (const TensorSummary& constant : b_.summary.constants) {
      if (constant.dtype != tensor.dtype || constant.shape != tensor.shape) continue;
      if (!have_equal_elements(a_.zip, tensor, b_.zip, constant)) continue;
      change.change = TensorChangeKind::became_constant;
      change.after = "constant " + constant.name;
      became_.insert(constant.name);
      break;
    }
    result_.tensors.push_back(std::move(change));
  }

  // Constants have numbers, not names, and one more at the front moves all others: equal ones are matched first.
  void compare_constants() {
    std::vector<const TensorSummary*> left;
    for (const TensorSummary& constant : b_.summary.constants) {
      if (became_.count(constant.name) == 0) left.push_back(&constant);
    }
    std::vector<const TensorSummary*> removed;
    for (const TensorSummary& constant : a_.summary.constants) {
      const auto equal = std::find_if(left.begin(), left.end(), [&](const TensorSummary* other) {
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
      const auto same_name = std::find_if(
          left.begin(), left.end(),
          [constant](const TensorSummary* other) { return other->name == constant->name; });
      if (same_name == left.end()) {
        result_.constants.push_back({constant->name, constant->kind, TensorChangeKind::removed,
                                     kind_text(*constant), "", 0, constant->count});
      } else {
        compare_pair(*constant, **same_name, result_.constants);
        left.erase(same_name);
      }
    }
    for (const TensorSummary* constant : left) {
      result_.constants.push_back({constant->name, constant->kind, TensorChangeKind::added, "",
                                   kind_text(*constant), 0, constant->count});
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
      const auto other =
          std::find_if(b_.summary.methods.begin(), b_.summary.methods.end(),
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
    // A module's mode counts where both files have it; freezing takes it from all of them, and is told as such.
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
        // Size and checksum stand for the content; 6 is the length of "extra/".
        texts[record.name.substr(6)] =
            std::to_string(record.size_bytes) + " bytes, CRC-32 " + record.crc32;
      }
      return texts;
    };
    compare_texts(contents(a_.summary), contents(b_.summary), result_.extra_files);
  }

  std::int64_t tensors_with(TensorChangeKind change) const {
    return std::count_if(result_.tensors.begin(), result_.tensors.end(),
                         [change](const TensorChange& row) { return row.change == change; });
  }

  void add_notes() {
    const std::int64_t constants = tensors_with(TensorChangeKind::became_constant);
    const std::string all = std::to_string(a_.summary.tensors.size());
    if (!result_.a.frozen && result_.b.frozen) result_.notes.push_back("b is frozen, a is not");
    if (result_.a.frozen && !result_.b.frozen) result_.notes.push_back("a is frozen, b is not");
    if (constants > 0) {
      result_.notes.push_back(std::to_string(constants) + " of " + all +
                              " tensors became constants with the same bytes");
    }
    if (result_.b.frozen && tensors_with(TensorChangeKind::removed) > 0) {
      result_.notes.push_back("gone, folded into other weights or not used: " +
                              std::to_string(tensors_with(TensorChangeKind::removed)) + " of " +
                              all + " tensors");
    }
    for (const OpChange& op : result_.ops) {
      const bool is_dropout = op.name.find("dropout") != std::string::npos;
      if (is_dropout && op.after == 0)
        result_.notes.push_back(op.name + " is gone from " + op.method);
    }
  }

  const Side& a_;
  const Side& b_;
  DiffResult result_;
  std::set<std::string> became_;  // constants of B that A has as parameters
};

}  // namespace

DiffResult diff(const DiffOptions& options) {
  const Side a(options.path_a);
  const Side b(options.path_b);
  return Comparison(a, b).run();
}

}  // namespace tsctl
