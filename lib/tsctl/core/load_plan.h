#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"
#include "tsctl/core/bench_vocabulary.h"

namespace tsctl {

// How calls are offered to an arm: one after another, several at once, or at times of their own.
struct LoadPlan {
  std::optional<double> rate_per_s = {};
  Arrivals arrivals = Arrivals::poisson;
  int concurrency = 1;
  int instances = 1;
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

// One stretch of load on one process.
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

struct LoadTimes {
  // Of each call that was made, in the order of the starts: from its intended start in an open loop, from its real one
  // otherwise, to its end.
  std::vector<double> latency_s = {};
  std::int64_t offered = 0;  // calls that were due within the window
  double elapsed_s = 0.0;    // from the window's start to the end of its last call, see run_load
  std::int64_t page_faults = 0;  // minor faults of the process meanwhile
};

template <typename Visitor>
void visit_fields(Visitor& visit, LoadTimes& value) {
  visit("latency_s", value.latency_s);
  visit("offered", value.offered);
  visit("elapsed_s", value.elapsed_s);
  visit("page_faults", value.page_faults);
}

}  // namespace tsctl
