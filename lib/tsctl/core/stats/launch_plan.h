#pragma once

#include <cstddef>
#include <vector>

namespace tsctl {

// How log-ratios vary, as standard deviations: that of the launches themselves, without what their rounds add to it, and
// that of the rounds within a launch. A few wild rounds or launches do not decide: of a launch's rounds it is the
// interquartile range over 1.349 (over less for few rounds), of the launches that of the middle launch; the launches'
// medians are trimmed as in their mean.
struct RatioVariation {
  double launches = 0.0;
  double rounds = 0.0;
  double medians = 0.0;  // what the rounds alone give to the launches' medians
};

// `log_ratios[launch][round]`; launches without rounds are left out, and of one round say nothing of rounds.
// With fewer than two launches that of launches is 0.
RatioVariation variation_of(const std::vector<std::vector<double>>& log_ratios);

// What measuring costs, in seconds.
struct MeasuringCosts {
  double launch_s = 0.0;  // to start every arm once and warm it up
  double round_s = 0.0;   // of every arm
};

// Fewest rounds of a launch: two tell how rounds differ.
inline constexpr std::size_t kFewestRounds = 2;

// What is still to be spent on measuring.
struct MeasuringLeft {
  double seconds = 0.0;
  std::size_t rounds = 0;
};

// Rounds that each further launch should have so that the interval is as narrow as it can be when all that is left is
// spent, after launches of `rounds_done` rounds each and with at least `min_launches` in all. The half-width of n launches
// of k_i rounds is taken as t(n - 1) / n * sqrt(sum(launches^2 + pi/2 rounds^2 / k_i)): the trade of Kalibera and Jones
// 2013 ("Rigorous benchmarking in reasonable time", section 6), with Student's t because launches are few and pi/2 (less for
// few rounds) because a launch's value is a median. Launches that were short stay as uncertain as they are, so that one
// long launch after them does not look like a cure. Gives kFewestRounds when too little is left for anything else.
std::size_t best_rounds(const RatioVariation& variation, const MeasuringCosts& costs,
                        const MeasuringLeft& left, const std::vector<std::size_t>& rounds_done,
                        std::size_t min_launches);

}  // namespace tsctl
