#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tsctl/core/tolerance.h"

namespace tsctl {

// What a comparison of two arrays of equal length found. Every index is into the flattened array.
struct Difference {
  bool same = false;
  std::size_t count = 0;
  std::size_t mismatched = 0;  // elements beyond the tolerance, NaN and Inf mismatches included
  double max_abs = 0.0;        // over pairs where both are finite
  double max_rel = 0.0;        // |difference| / |reference| where the reference is not 0
  double max_abs_to_peak =
      0.0;  // max_abs / max|reference|: what rtol is held against; infinite for x / 0
  std::size_t max_abs_index = 0;
  std::size_t first_mismatch_index = 0;  // valid when mismatched > 0
  std::size_t worst_index = 0;           // the first non-finite mismatch, otherwise max_abs_index
  double reference_at_worst = 0.0;       // the two values there
  double candidate_at_worst = 0.0;
  double reference_peak = 0.0;  // max|reference| over finite elements
  std::size_t nonfinite_mismatches =
      0;  // NaN against a number, Inf against another value, NaN against NaN
  std::optional<double> would_pass_rtol =
      {};  // the smallest rtol that passes; none if no rtol does
  // A floating reference with peak < 1e-6, or with several values that are all equal; never an empty one.
  bool proves_nothing = false;
};

// Values below this size in a whole reference prove nothing: a random-weight MobileNetV3 ends at 1e-10.
inline constexpr double kProvingPeak = 1e-6;

// Compares element by element. NaN against a number always fails; NaN against NaN passes only with
// equal_nan; Inf passes only against an equal Inf; -0 equals 0. An empty array is the same as an empty one.
Difference difference_between(const float* reference, const float* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan);
Difference difference_between(const double* reference, const double* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan);
Difference difference_between(const std::int64_t* reference, const std::int64_t* candidate,
                              std::size_t count, const Tolerance& tolerance);

// The index of a flattened position in an array of that shape: {1, 0, 3}.
std::vector<std::int64_t> index_in_shape(std::size_t flat, const std::vector<std::int64_t>& shape);

}  // namespace tsctl
