#include "tsctl/core/tensor_difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tsctl {

namespace {

// Elements per block: small enough to stay in the cache while its worst element is located.
constexpr std::size_t kBlock = 2048;
// Independent running maxima: with a single one, every step would depend on the one before.
constexpr std::size_t kLanes = 8;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double magnitude(double value) noexcept { return std::abs(value); }

// |candidate - reference|, exact for integers.
double distance(double reference, double candidate) noexcept {
  return std::abs(candidate - reference);
}

double distance(std::int64_t reference, std::int64_t candidate) noexcept {
  const auto r = static_cast<std::uint64_t>(reference);
  const auto c = static_cast<std::uint64_t>(candidate);
  return static_cast<double>(candidate >= reference ? c - r : r - c);
}

bool both_finite(double reference, double candidate) noexcept {
  return std::isfinite(reference) && std::isfinite(candidate);
}

bool both_finite(std::int64_t, std::int64_t) noexcept { return true; }

// Whether two values, of which at least one is not finite, count as different.
bool nonfinite_mismatch(double reference, double candidate, bool equal_nan) noexcept {
  if (std::isnan(reference) && std::isnan(candidate)) return !equal_nan;
  return !(reference == candidate);
}

double bigger(double left, double right) noexcept { return left > right ? left : right; }

// The result of the first pass.
struct Scan {
  double peak = 0.0;
  double max_abs = 0.0;
  double max_rel = 0.0;
  std::size_t max_abs_index = 0;
  std::size_t nonfinite_mismatches = 0;
  std::size_t first_nonfinite = 0;
};

// The maxima over a block. If a value is not finite, `clean` is false and the maxima are invalid.
struct BlockMaxima {
  double peak = 0.0;
  double max_abs = 0.0;
  double max_rel = 0.0;
  bool clean = true;
};

// The loop over lanes has no branches, so that the compiler vectorizes it.
template <typename Real>
BlockMaxima block_maxima(const Real* reference, const Real* candidate) noexcept {
  std::array<double, kLanes> peak{};
  std::array<double, kLanes> max_abs{};
  std::array<double, kLanes> max_rel{};
  std::array<double, kLanes> poison{};
  for (std::size_t i = 0; i < kBlock; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto r = static_cast<double>(reference[i + lane]);
      const auto c = static_cast<double>(candidate[i + lane]);
      const double size = magnitude(r);
      const double difference = distance(r, c);
      // 0 times NaN or Inf is NaN, and a sum with NaN stays NaN.
      poison[lane] += difference * 0.0;
      peak[lane] = bigger(size, peak[lane]);
      max_abs[lane] = bigger(difference, max_abs[lane]);
      // Ignores x / 0.
      const double relative = difference / size;
      max_rel[lane] = bigger(size > 0.0 ? relative : 0.0, max_rel[lane]);
    }
  }
  BlockMaxima block;
  double sum = 0.0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    block.peak = bigger(peak[lane], block.peak);
    block.max_abs = bigger(max_abs[lane], block.max_abs);
    block.max_rel = bigger(max_rel[lane], block.max_rel);
    sum += poison[lane];
  }
  block.clean = sum == 0.0;
  return block;
}

template <typename Number>
void scan_one_by_one(const Number* reference, const Number* candidate, std::size_t begin,
                     std::size_t end, bool equal_nan, Scan& scan) {
  for (std::size_t i = begin; i < end; ++i) {
    const auto size = magnitude(static_cast<double>(reference[i]));
    if (size < kInfinity) scan.peak = bigger(size, scan.peak);
    if (!both_finite(reference[i], candidate[i])) {
      const auto r = static_cast<double>(reference[i]);
      if (!nonfinite_mismatch(r, static_cast<double>(candidate[i]), equal_nan)) continue;
      if (scan.nonfinite_mismatches++ == 0) scan.first_nonfinite = i;
      continue;
    }
    const double difference = distance(reference[i], candidate[i]);
    if (difference > scan.max_abs) {
      scan.max_abs = difference;
      scan.max_abs_index = i;
    }
    if (size > 0.0) scan.max_rel = bigger(difference / size, scan.max_rel);
  }
}

template <typename Real>
Scan scanned(const Real* reference, const Real* candidate, std::size_t count, bool equal_nan) {
  Scan scan;
  std::size_t begin = 0;
  for (; begin + kBlock <= count; begin += kBlock) {
    const BlockMaxima block = block_maxima(reference + begin, candidate + begin);
    if (!block.clean || block.max_abs > scan.max_abs) {
      scan_one_by_one(reference, candidate, begin, begin + kBlock, equal_nan, scan);
      continue;
    }
    scan.peak = bigger(block.peak, scan.peak);
    scan.max_rel = bigger(block.max_rel, scan.max_rel);
  }
  scan_one_by_one(reference, candidate, begin, count, equal_nan, scan);
  return scan;
}

Scan scanned(const std::int64_t* reference, const std::int64_t* candidate, std::size_t count,
             bool equal_nan) {
  Scan scan;
  scan_one_by_one(reference, candidate, 0, count, equal_nan, scan);
  return scan;
}

// The smallest rtol for which max_abs <= atol + rtol * peak holds in floating-point arithmetic.
std::optional<double> passing_rtol(const Scan& scan, double atol) {
  if (scan.nonfinite_mismatches > 0) return std::nullopt;
  if (scan.max_abs <= atol) return 0.0;
  if (scan.peak == 0.0) return std::nullopt;
  const auto passes = [&](double rtol) { return scan.max_abs <= atol + rtol * scan.peak; };
  double rtol = (scan.max_abs - atol) / scan.peak;
  while (std::isfinite(rtol) && !passes(rtol)) rtol = std::nextafter(rtol, kInfinity);
  if (!std::isfinite(rtol) || !std::isfinite(scan.max_abs)) return std::nullopt;
  return rtol;
}

// Counts the elements beyond the tolerance and finds the first one.
template <typename Number>
void count_mismatches(const Number* reference, const Number* candidate, double limit,
                      bool equal_nan, Difference& difference) {
  for (std::size_t i = 0; i < difference.count; ++i) {
    const bool beyond = both_finite(reference[i], candidate[i])
                            ? !(distance(reference[i], candidate[i]) <= limit)
                            : nonfinite_mismatch(static_cast<double>(reference[i]),
                                                 static_cast<double>(candidate[i]), equal_nan);
    if (!beyond) continue;
    if (difference.mismatched++ == 0) difference.first_mismatch_index = i;
  }
}

template <typename Number>
Difference compared(const Number* reference, const Number* candidate, std::size_t count,
                    const Tolerance& tolerance, bool equal_nan) {
  const Scan scan = scanned(reference, candidate, count, equal_nan);
  Difference difference;
  difference.count = count;
  difference.max_abs = scan.max_abs;
  difference.max_rel = scan.max_rel;
  difference.max_abs_index = scan.max_abs_index;
  difference.reference_peak = scan.peak;
  difference.nonfinite_mismatches = scan.nonfinite_mismatches;
  if (scan.max_abs > 0.0)
    difference.max_abs_to_peak = scan.peak > 0.0 ? scan.max_abs / scan.peak : kInfinity;
  difference.would_pass_rtol = passing_rtol(scan, tolerance.atol);

  const double limit = tolerance.atol + tolerance.rtol * scan.peak;
  if (scan.nonfinite_mismatches > 0 || !(scan.max_abs <= limit)) {
    count_mismatches(reference, candidate, limit, equal_nan, difference);
  }
  difference.same = difference.mismatched == 0;
  if (count > 0) {
    difference.worst_index =
        scan.nonfinite_mismatches > 0 ? scan.first_nonfinite : scan.max_abs_index;
    difference.reference_at_worst = static_cast<double>(reference[difference.worst_index]);
    difference.candidate_at_worst = static_cast<double>(candidate[difference.worst_index]);
  }
  return difference;
}

template <typename Real>
Difference compared_real(const Real* reference, const Real* candidate, std::size_t count,
                         const Tolerance& tolerance, bool equal_nan) {
  Difference difference = compared(reference, candidate, count, tolerance, equal_nan);
  const auto all_equal = [&] {
    return count > 1 && std::all_of(reference + 1, reference + count,
                                    [&](Real value) { return value == *reference; });
  };
  difference.proves_nothing =
      count > 0 && (difference.reference_peak < kMinProvingPeak || all_equal());
  return difference;
}

}  // namespace

Difference difference_between(const float* reference, const float* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan) {
  return compared_real(reference, candidate, count, tolerance, equal_nan);
}

Difference difference_between(const double* reference, const double* candidate, std::size_t count,
                              const Tolerance& tolerance, bool equal_nan) {
  return compared_real(reference, candidate, count, tolerance, equal_nan);
}

Difference difference_between(const std::int64_t* reference, const std::int64_t* candidate,
                              std::size_t count, const Tolerance& tolerance) {
  return compared(reference, candidate, count, tolerance, false);
}

std::vector<std::int64_t> index_in_shape(std::size_t flat, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[axis]);
    if (size == 0) continue;
    index[axis] = static_cast<std::int64_t>(flat % size);
    flat /= size;
  }
  return index;
}

}  // namespace tsctl
