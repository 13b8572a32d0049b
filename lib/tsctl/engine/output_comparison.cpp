#include "tsctl/engine/output_comparison.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "tsctl/core/tolerance.h"
#include "tsctl/engine/dtypes.h"

namespace tsctl {

namespace {

// A leaf of the reference and its counterpart, or the place of a structural difference.
struct LeafPair {
  std::string name = {};
  const Value* reference = nullptr;
  const Value* candidate = nullptr;
};

bool is_number(Value::Kind kind) noexcept {
  return kind == Value::Kind::boolean || kind == Value::Kind::integer || kind == Value::Kind::real;
}

bool containers_match(const Value& reference, const Value& candidate) {
  if (reference.items.size() != candidate.items.size()) return false;
  if (reference.kind != candidate.kind)
    return !reference.keys.empty() && candidate.kind == Value::Kind::tuple;
  if (reference.kind != Value::Kind::dict) return true;
  return std::ranges::is_permutation(reference.keys, candidate.keys);
}

const Value& counterpart(const Value& reference, const Value& candidate, std::size_t i) {
  if (reference.kind != Value::Kind::dict || candidate.kind != Value::Kind::dict)
    return candidate.items[i];
  const auto key = std::ranges::find(candidate.keys, reference.keys[i]);
  return candidate.items[static_cast<std::size_t>(key - candidate.keys.begin())];
}

// Pairs the leaves. Returns the place of the first structural difference, if any.
std::optional<LeafPair> pair_leaves(const Value& reference, const Value& candidate,
                                    const std::string& name, std::vector<LeafPair>& pairs) {
  const bool containers = is_container(reference.kind) && is_container(candidate.kind);
  const bool comparable =
      reference.kind == candidate.kind || (is_number(reference.kind) && is_number(candidate.kind));
  if (containers ? !containers_match(reference, candidate) : !comparable)
    return LeafPair{name, &reference, &candidate};
  if (!containers) {
    pairs.push_back({name, &reference, &candidate});
    return std::nullopt;
  }
  for (std::size_t i = 0; i < reference.items.size(); ++i) {
    const bool keyed = i < reference.keys.size();
    const std::string item =
        keyed ? member_name(name, reference.keys[i]) : name + '[' + std::to_string(i) + ']';
    if (auto parted =
            pair_leaves(reference.items[i], counterpart(reference, candidate, i), item, pairs))
      return parted;
  }
  return std::nullopt;
}

// The only item of a tuple that holds anything. In a script a detector of torchvision returns (losses, detections),
// in Python the detections alone, and the losses are empty.
const Value* only_full_item(const Value& value) {
  if (value.kind != Value::Kind::tuple || value.items.size() < 2) return &value;
  const auto is_full = [](const Value& item) {
    return !is_container(item.kind) || !item.items.empty();
  };
  if (std::ranges::count_if(value.items, is_full) != 1) return &value;
  return &*std::ranges::find_if(value.items, is_full);
}

// Pairs the leaves like pair_leaves(). If one side alone is a tuple with empty items, they are left out with a warning.
std::optional<LeafPair> pair_outputs(const Value& reference, const Value& candidate,
                                     std::vector<LeafPair>& pairs, std::vector<Warning>& warnings) {
  auto parted = pair_leaves(reference, candidate, "out", pairs);
  const Value* const ours = only_full_item(reference);
  const Value* const theirs = only_full_item(candidate);
  if (!parted || (ours == &reference) == (theirs == &candidate)) return parted;
  pairs.clear();
  if (pair_leaves(*ours, *theirs, "out", pairs)) return parted;
  const bool in_candidate = theirs != &candidate;
  warnings.push_back({WarningCode::output_left_out,
                      fmt::format("the {} returns {}, but the other side returns only the item "
                                  "that is not empty: the empty items are not compared",
                                  in_candidate ? "candidate" : "reference",
                                  describe_structure(in_candidate ? candidate : reference))});
  return std::nullopt;
}

std::string describe_tensor(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", name_of(dtype_from_scalar_type(tensor.scalar_type()).value()),
                     fmt::join(tensor.sizes(), ", "));
}

void differ(OutputComparison& comparison, DifferenceReason reason, const std::string& detail) {
  comparison.status = Match::differ;
  comparison.reason = reason;
  comparison.detail = detail;
}

Difference difference_of(const at::Tensor& reference, const at::Tensor& candidate, Dtype dtype,
                         const Tolerance& tolerance, bool equal_nan) {
  const auto count = [](const at::Tensor& tensor) {
    return static_cast<std::size_t>(tensor.numel());
  };
  if (is_complex(dtype)) {
    const Dtype part = dtype == Dtype::complex64 ? Dtype::float32 : Dtype::float64;
    return difference_of(at::view_as_real(reference), at::view_as_real(candidate), part, tolerance,
                         equal_nan);
  }
  if (!is_floating(dtype)) {
    const at::Tensor left = reference.to(at::kLong).contiguous();
    const at::Tensor right = candidate.to(at::kLong).contiguous();
    return difference_between(left.const_data_ptr<std::int64_t>(),
                              right.const_data_ptr<std::int64_t>(), count(left), tolerance);
  }
  const bool wide = dtype == Dtype::float64;
  const at::Tensor left = reference.to(wide ? at::kDouble : at::kFloat).contiguous();
  const at::Tensor right = candidate.to(wide ? at::kDouble : at::kFloat).contiguous();
  if (wide) {
    return difference_between(left.const_data_ptr<double>(), right.const_data_ptr<double>(),
                              count(left), tolerance, equal_nan);
  }
  return difference_between(left.const_data_ptr<float>(), right.const_data_ptr<float>(),
                            count(left), tolerance, equal_nan);
}

// `shape` is the shape of the compared real numbers: for complex tensors it has a last dimension of 2.
void record_difference(const Difference& difference, const std::vector<std::int64_t>& shape,
                       OutputComparison& comparison) {
  comparison.count = static_cast<std::int64_t>(difference.count);
  comparison.mismatched = static_cast<std::int64_t>(difference.mismatched);
  comparison.max_abs = difference.max_abs;
  comparison.max_rel = difference.max_rel;
  comparison.max_abs_to_peak = difference.max_abs_to_peak;
  comparison.would_pass_rtol = difference.would_pass_rtol;
  if (difference.count > 0) {
    const bool nonfinite = difference.nonfinite_mismatches > 0;
    comparison.index = index_in_shape(
        nonfinite ? difference.first_mismatch_index : difference.max_abs_index, shape);
    comparison.reference_value = difference.reference_at_worst;
    comparison.candidate_value = difference.candidate_at_worst;
  }
  if (difference.same) return;
  const bool nonfinite = difference.nonfinite_mismatches > 0;
  differ(comparison, nonfinite ? DifferenceReason::nan : DifferenceReason::values,
         fmt::format("{} of {} elements differ{}", difference.mismatched, difference.count,
                     nonfinite ? ", NaN or Inf among them" : ""));
}

Tolerance tolerance_by(const ComparisonRules& rules, Dtype dtype, const std::string& output) {
  const bool wide = is_floating(dtype) || is_complex(dtype);
  return tolerance_for(rules.in_bfloat16 && wide ? Dtype::bfloat16 : dtype, output,
                       rules.tolerance);
}

void compare_tensors(const at::Tensor& reference, const at::Tensor& candidate,
                     const ComparisonRules& rules, OutputComparison& comparison,
                     std::vector<Warning>& warnings) {
  const Dtype dtype = dtype_from_scalar_type(reference.scalar_type()).value();
  comparison.dtype = name_of(dtype);
  comparison.shape = reference.sizes().vec();
  const Tolerance tolerance = tolerance_by(rules, dtype, comparison.output);
  comparison.rtol = tolerance.rtol;
  comparison.atol = tolerance.atol;
  const std::string both =
      fmt::format("expected {}, got {}", describe_tensor(reference), describe_tensor(candidate));
  if (reference.scalar_type() != candidate.scalar_type())
    return differ(comparison, DifferenceReason::dtype, both);
  if (reference.sizes() != candidate.sizes())
    return differ(comparison, DifferenceReason::shape, both);

  const Difference difference =
      difference_of(reference, candidate, dtype, tolerance, rules.tolerance.equal_nan);
  std::vector<std::int64_t> shape = comparison.shape;
  if (is_complex(dtype)) shape.push_back(2);
  record_difference(difference, shape, comparison);
  if (difference.count == 0) {
    warnings.push_back(
        {WarningCode::empty_output,
         fmt::format("the output '{}' is empty, so its values prove nothing", comparison.output)});
  } else if (difference.proves_nothing) {
    const std::string why = difference.reference_peak < kMinProvingPeak
                                ? fmt::format("no value of the reference is larger than {}",
                                              c10::str(difference.reference_peak))
                                : "all values of the reference are equal";
    warnings.push_back({WarningCode::reference_proves_nothing,
                        fmt::format("the output '{}' proves nothing: {}", comparison.output, why)});
  }
}

double number_of(const Value& value) noexcept {
  if (value.kind == Value::Kind::boolean) return value.boolean ? 1.0 : 0.0;
  return value.kind == Value::Kind::integer ? static_cast<double>(value.integer) : value.real;
}

void compare_scalars(const Value& reference, const Value& candidate, const ComparisonRules& rules,
                     OutputComparison& comparison) {
  comparison.dtype = describe_structure(reference);
  comparison.count = 1;
  if (reference.kind != candidate.kind) {
    return differ(
        comparison, DifferenceReason::dtype,
        "expected " + describe_structure(reference) + ", got " + describe_structure(candidate));
  }
  if (reference.kind == Value::Kind::string && reference.string != candidate.string) {
    return differ(comparison, DifferenceReason::values,
                  "expected '" + reference.string + "', got '" + candidate.string + "'");
  }
  Difference difference;
  if (reference.kind == Value::Kind::real) {
    const Tolerance tolerance = tolerance_by(rules, Dtype::float64, comparison.output);
    comparison.rtol = tolerance.rtol;
    comparison.atol = tolerance.atol;
    difference = difference_between(&reference.real, &candidate.real, 1, tolerance,
                                    rules.tolerance.equal_nan);
  } else if (is_number(reference.kind)) {
    const auto left = reference.kind == Value::Kind::boolean ? std::int64_t{reference.boolean}
                                                             : reference.integer;
    const auto right = candidate.kind == Value::Kind::boolean ? std::int64_t{candidate.boolean}
                                                              : candidate.integer;
    difference = difference_between(&left, &right, 1, {});
  } else {
    return;
  }
  record_difference(difference, {}, comparison);
  comparison.reference_value = number_of(reference);
  comparison.candidate_value = number_of(candidate);
}

}  // namespace

std::vector<OutputComparison> compare_outputs(const Outputs& reference, const Outputs& candidate,
                                              const ComparisonRules& rules,
                                              const std::vector<std::string>& names,
                                              std::vector<Warning>& warnings) {
  std::vector<LeafPair> pairs;
  if (const auto parted = pair_outputs(reference.value, candidate.value, pairs, warnings)) {
    OutputComparison comparison{.output = parted->name};
    differ(comparison, DifferenceReason::structure,
           "expected " + describe_structure(*parted->reference) + ", got " +
               describe_structure(*parted->candidate));
    return {comparison};
  }
  for (std::size_t i = 0; i < pairs.size() && pairs.size() == names.size(); ++i) {
    pairs[i].name = names[i];
  }
  std::vector<OutputComparison> comparisons;
  for (const LeafPair& pair : pairs) {
    OutputComparison comparison{.output = pair.name, .status = Match::same};
    if (pair.reference->kind == Value::Kind::tensor) {
      compare_tensors(reference.tensors.at(pair.reference->tensor),
                      candidate.tensors.at(pair.candidate->tensor), rules, comparison, warnings);
    } else {
      compare_scalars(*pair.reference, *pair.candidate, rules, comparison);
    }
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

}  // namespace tsctl
