#include "tsctl/bench/budget.h"

#include <algorithm>
#include <limits>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

Budget::Budget(const BenchOptions& options, const Clock& now_s)
    : options_(options), now_s_(now_s), start_s_(now_s()) {}

void Budget::add_rounds(std::size_t rounds, double seconds) {
  rounds_ += rounds;
  rounds_s_ += seconds;
}

double Budget::launch_cost_s() const { return median_if_any(launch_costs_s_).value_or(0.0); }

MeasuringCosts Budget::costs() const {
  return {.launch_s = launch_cost_s(), .round_s = rounds_s_ / static_cast<double>(rounds_)};
}

std::size_t Budget::rounds_left() const {
  if (!options_.max_pairs) return std::numeric_limits<std::size_t>::max();
  const auto max_rounds = static_cast<std::size_t>(*options_.max_pairs);
  return max_rounds > rounds_ ? max_rounds - rounds_ : 0;
}

double Budget::measuring_time_s(int launches) const {
  const int launches_left = std::max(1, options_.min_launches - launches + 1);
  const double left_s = options_.budget_s - spent_s();
  return left_s / launches_left - (launches_left > 1 ? launch_cost_s() : 0.0);
}

}  // namespace tsctl
