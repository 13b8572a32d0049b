#include "tsctl/core/stats/special_functions.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace tsctl {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kMinDenominator = 1e-300;  // of the continued fraction
// The fraction converges in O(sqrt(max(a, b))) steps, so this suffices for more than 10^9 samples.
constexpr int kMaxSteps = 100'000;

double away_from_zero(double value) noexcept {
  return std::abs(value) < kMinDenominator ? kMinDenominator : value;
}

// The continued fraction 1 / (1 + a1 / (1 + a2 / (1 + …))) by the modified Lentz method.
class LentzFraction {
 public:
  explicit LentzFraction(double a1) : d_(1.0 / away_from_zero(1.0 + a1)), value_(d_) {}

  void add(double a) {
    d_ = 1.0 / away_from_zero(1.0 + a * d_);
    c_ = away_from_zero(1.0 + a / c_);
    value_ *= d_ * c_;
  }
  // Whether the last term did not change the value.
  bool converged() const { return std::abs(d_ * c_ - 1.0) <= 4 * kEpsilon; }
  double value() const { return value_; }

 private:
  double c_ = 1.0;
  double d_;
  double value_;
};

// The continued fraction of I_x(a, b). It converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
  LentzFraction fraction(-(a + b) * x / (a + 1.0));
  for (int m = 1; m <= kMaxSteps; ++m) {
    fraction.add(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    fraction.add(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (fraction.converged()) break;
  }
  return fraction.value();
}

}  // namespace

double regularized_beta(double x, double a, double b) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double log_front =
      std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  if (x < (a + 1.0) / (a + b + 2.0)) return std::exp(log_front) * beta_fraction(x, a, b) / a;
  return 1.0 - std::exp(log_front) * beta_fraction(1.0 - x, b, a) / b;
}

double normal_cdf(double z) noexcept { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double student_t_quantile(double p, double degrees) {
  if (p == 0.5) return 0.0;
  if (p > 0.5) return -student_t_quantile(1.0 - p, degrees);
  // For t < 0, P(T < t) = I_x(degrees / 2, 1 / 2) / 2 with x = degrees / (degrees + t^2). Bisection solves for x.
  double low = 0.0;
  double high = 1.0;
  while (true) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (0.5 * regularized_beta(middle, 0.5 * degrees, 0.5) < p) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return -std::sqrt(degrees * (1.0 - high) / high);
}

}  // namespace tsctl
