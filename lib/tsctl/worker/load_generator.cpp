#include "tsctl/worker/load_generator.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <utility>

namespace tsctl {

namespace {

// The threads start together after this time, which they need to wake up.
constexpr double kLeadSeconds = 0.0005;

// A random number above 0 and at most 1. The results of the standard distributions depend on the standard library.
double uniform(std::mt19937_64& random) {
  return static_cast<double>((random() >> 11) + 1) * 0x1.0p-53;
}

struct Call {
  double start_s = 0.0;
  double latency_s = 0.0;
};

LoadTimes closed_loop(const LoadWindow& window, const LoadTools& tools) {
  const auto threads = static_cast<std::size_t>(window.plan.concurrency);
  std::vector<std::vector<Call>> calls(threads);
  std::vector<double> end_s(threads, 0.0);
  const double start_s = tools.now_s();
  tools.in_threads(window.plan.concurrency, [&](int thread) {
    const auto mine = static_cast<std::size_t>(thread);
    double now_s = tools.now_s();
    do {
      tools.call();
      const double after_s = tools.now_s();
      calls[mine].push_back({now_s, after_s - now_s});
      now_s = after_s;
    } while (now_s - start_s < window.seconds);
    end_s[mine] = now_s - start_s;
  });

  std::vector<Call> all;
  for (const std::vector<Call>& some : calls) all.insert(all.end(), some.begin(), some.end());
  std::ranges::stable_sort(all, [](const Call& a, const Call& b) { return a.start_s < b.start_s; });
  LoadTimes times{.offered = static_cast<std::int64_t>(all.size())};
  for (const Call& call : all) times.latency_s.push_back(call.latency_s);
  for (const double end : end_s) times.elapsed_s += end / static_cast<double>(threads);
  return times;
}

LoadTimes open_loop(const LoadWindow& window, const LoadTools& tools) {
  const std::vector<double> due_s = arrival_times(window.plan, window.seconds, window.seed);
  std::vector<double> latency_s(due_s.size(), -1.0);  // -1: the call was not made
  std::vector<double> end_s(static_cast<std::size_t>(window.plan.concurrency), 0.0);
  std::atomic<std::size_t> next = 0;
  const double start_s = tools.now_s() + kLeadSeconds;
  tools.in_threads(window.plan.concurrency, [&](int thread) {
    for (std::size_t i = next++; i < due_s.size(); i = next++) {
      const double now_s = tools.now_s() - start_s;
      if (now_s < due_s[i]) tools.sleep(due_s[i] - now_s);
      if (i > 0 && now_s > 2.0 * window.seconds) break;  // the first call is always made
      tools.call();
      const double after_s = tools.now_s() - start_s;
      latency_s[i] = after_s - due_s[i];
      end_s[static_cast<std::size_t>(thread)] = after_s;
    }
  });

  LoadTimes times{.offered = static_cast<std::int64_t>(due_s.size())};
  times.elapsed_s = std::max(window.seconds, *std::ranges::max_element(end_s));
  for (const double latency : latency_s) {
    if (latency >= 0.0) times.latency_s.push_back(latency);
  }
  return times;
}

}  // namespace

std::vector<double> arrival_times(const LoadPlan& plan, double seconds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const double gap_s = plan.instances / *plan.rate_per_s;
  std::vector<double> due_s;
  if (plan.arrivals == Arrivals::constant) {
    // Instances that all start at the same time would not share the load evenly.
    const double phase_s = gap_s * (1.0 - uniform(random));
    for (std::size_t i = 0; phase_s + static_cast<double>(i) * gap_s < seconds; ++i)
      due_s.push_back(phase_s + static_cast<double>(i) * gap_s);
  } else {
    for (double at_s = -gap_s * std::log(uniform(random)); at_s < seconds;
         at_s -= gap_s * std::log(uniform(random)))
      due_s.push_back(at_s);
  }
  if (due_s.empty()) due_s.push_back(seconds * (1.0 - uniform(random)));
  return due_s;
}

LoadTimes run_load(const LoadWindow& window, const LoadTools& tools) {
  tools.in_threads(window.plan.concurrency, [&](int) { tools.call(); });
  return window.plan.rate_per_s ? open_loop(window, tools) : closed_loop(window, tools);
}

}  // namespace tsctl
