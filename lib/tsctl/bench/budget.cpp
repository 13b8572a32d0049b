#include "tsctl/bench/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr double kMinLaunchSeconds = 1e-9;  // avoids a division by 0

}  // namespace

Budget::Budget(const BenchOptions& options, const Clock& now_s)
    : options_(options), now_s_(now_s), start_s_(now_s()) {}

void Budget::add_rounds(std::size_t rounds, double seconds) {
  rounds_ += rounds;
  rounds_s_ += seconds;
}

double Budget::launch_cost_s() const { return median_if_any(launch_costs_s_).value_or(0.0); }

MeasuringCosts Budget::costs() const {
  const double round_s =
      rounds_ == 0 ? estimated_round_s_ : rounds_s_ / static_cast<double>(rounds_);
  return {.launch_s = launch_cost_s(), .round_s = round_s};
}

double Budget::shortest_launch_s() const {
  return launch_cost_s() + static_cast<double>(kMinRounds) * costs().round_s;
}

void Budget::forget_costs() {
  launch_costs_s_.clear();
  rounds_s_ = 0.0;
  rounds_ = 0;
}

std::size_t Budget::rounds_left() const {
  if (!options_.max_pairs) return std::numeric_limits<std::size_t>::max();
  const auto max_rounds = static_cast<std::size_t>(*options_.max_pairs);
  return max_rounds > rounds_ ? max_rounds - rounds_ : 0;
}

double Budget::measuring_time_s(int launches) const {
  const double left_s = options_.budget_s - spent_s();
  // The start of the current launch is spent already.
  const double fitting =
      (left_s + launch_cost_s()) / std::max(shortest_launch_s(), kMinLaunchSeconds);
  const double wanted = std::max(1, options_.min_launches - launches + 1);
  const double launches_left = std::clamp(std::floor(fitting), 1.0, wanted);
  return (left_s + launch_cost_s()) / launches_left - launch_cost_s();
}

}  // namespace tsctl
