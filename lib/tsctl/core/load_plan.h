#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"
#include "tsctl/core/bench_vocabulary.h"

namespace tsctl {

// The load on an arm: a closed loop with one or several concurrent calls, or an open loop with a rate of arrivals.
struct LoadPlan {
  std::optional<double> rate_per_s = {};
  Arrivals arrivals = Arrivals::poisson;
  int concurrency = 1;
  int instances = 1;

  // Whether calls are made one after another by one process.
  bool plain() const noexcept { return !rate_per_s && concurrency == 1 && instances == 1; }
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadPlan& value) {
  visit("rate_per_s", value.rate_per_s,
        Field("Calls offered a second by an open loop; null for a closed loop").greater_than(0));
  visit("arrivals", value.arrivals, "How the starts of an open loop are spread");
  visit("concurrency", value.concurrency,
        Field("Calls in flight in one process at most").at_least(1));
  visit("instances", value.instances,
        Field("Processes of each arm that run at the same time").at_least(1));
}

// A period of load on one process.
struct LoadWindow {
  LoadPlan plan = {};
  double seconds = 0.0;
  std::uint64_t seed = 0;  // of the arrivals
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadWindow& value) {
  visit("plan", value.plan);
  visit("seconds", value.seconds);
  visit("seed", value.seed);
}

// The measurements of one window.
struct LoadTimes {
  // Of each call, in the order of the starts: the time to its end, from its intended start in an open loop and from its
  // actual start in a closed loop.
  std::vector<double> latency_s = {};
  std::int64_t offered = 0;      // calls that were due within the window
  double elapsed_s = 0.0;        // from the start of the window to the end of its last call
  std::int64_t page_faults = 0;  // minor page faults of the process in the window
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadTimes& value) {
  visit("latency_s", value.latency_s);
  visit("offered", value.offered);
  visit("elapsed_s", value.elapsed_s);
  visit("page_faults", value.page_faults);
}

}  // namespace tsctl
