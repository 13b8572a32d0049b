#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tsctl/core/tolerance.h"

namespace tsctl {

// The result of comparing two arrays of equal length. Every index is into the flattened array.
struct Difference {
  bool same = false;
  std::size_t count = 0;
  std::size_t mismatched = 0;    // elements beyond the tolerance, including NaN and Inf mismatches
  double max_abs = 0.0;          // over pairs of finite values
  double max_rel = 0.0;          // |difference| / |reference|, where the reference is not 0
  double max_abs_to_peak = 0.0;  // max_abs / max|reference|, comparable to rtol; x / 0 is infinite
  std::size_t max_abs_index = 0;
  std::size_t first_mismatch_index = 0;  // valid if mismatched > 0
  std::size_t worst_index = 0;           // the first non-finite mismatch, otherwise max_abs_index
  double reference_at_worst = 0.0;
  double candidate_at_worst = 0.0;
  double reference_peak = 0.0;  // max|reference| over finite elements
  // NaN against a number, Inf against another value, NaN against NaN
  std::size_t nonfinite_mismatches = 0;
  std::optional<double> would_pass_rtol = {};  // the smallest rtol that passes, if any does
  // The reference is floating-point and its peak is below kMinProvingPeak, or its values (more than one) are all equal.
  bool proves_nothing = false;
};

// A floating-point reference whose values are all smaller is no evidence: a MobileNetV3 with random weights gives
// 1e-10, and any tolerance relative to larger values would pass.
inline constexpr double kMinProvingPeak = 1e-6;

// Compares element by element; see Tolerance. NaN against a number always fails. NaN against NaN passes only with
// equal_nan. Inf passes only against an equal Inf. -0 equals 0. Two empty arrays are the same.
Difference difference_between(const float* reference, const float* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan);
Difference difference_between(const double* reference, const double* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan);
Difference difference_between(const std::int64_t* reference, const std::int64_t* candidate,
                              std::size_t count, const Tolerance& tolerance);

// The index, such as {1, 0, 3}, of a position in the flattened array of that shape.
std::vector<std::int64_t> index_in_shape(std::size_t flat, const std::vector<std::int64_t>& shape);

}  // namespace tsctl
