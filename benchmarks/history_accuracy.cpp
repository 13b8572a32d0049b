// How often the check of a history raises a false alarm and finds a regression, over made-up nights. Prints the table of
// docs/commands/history.md; takes a minute.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "tsctl/core/stats/change_point.h"

namespace {

using tsctl::LevelChange;
using tsctl::NightRatio;

constexpr int kHistories = 2000;
constexpr double kMargin = 0.01;
constexpr double kWithinShare = 0.7;  // of a night's noise that its own interval shows

enum class Noise { normal, heavy_tails, busy_nights, hidden_bad_nights, correlated };

struct Case {
  Noise noise;
  const char* name;
};
constexpr std::array kCases{
    Case{Noise::normal, "normal"},
    Case{Noise::heavy_tails, "heavy tails (Student's t, 4 degrees)"},
    Case{Noise::busy_nights, "one night in five is busy: 5 times the noise, and the interval"},
    Case{Noise::hidden_bad_nights, "one night in twenty is wild: 4 times the noise, same interval"},
    Case{Noise::correlated, "each night resembles the one before (correlation 0.4)"},
};

std::vector<NightRatio> nights(Noise noise, double deviation, std::size_t count,
                               std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::student_t_distribution<double> heavy(4.0);
  std::uniform_real_distribution<double> share;
  std::vector<NightRatio> result;
  double previous = normal(random);
  for (std::size_t i = 0; i < count; ++i) {
    double scale = deviation;
    double stated = deviation;
    double value = normal(random);
    if (noise == Noise::heavy_tails) value = heavy(random) / std::numbers::sqrt2;
    if (noise == Noise::busy_nights && share(random) < 0.2) scale = stated = 5.0 * deviation;
    if (noise == Noise::hidden_bad_nights && share(random) < 0.05) scale = 4.0 * deviation;
    if (noise == Noise::correlated)
      value = previous = 0.4 * previous + std::sqrt(1.0 - 0.16) * value;
    result.push_back({.log_ratio = value * scale, .log_error = kWithinShare * stated});
  }
  return result;
}

bool has_false_alarm(const std::vector<NightRatio>& series) {
  for (const LevelChange& change : tsctl::level_history(series, kMargin).changes) {
    if (change.shift() < 0.0) return true;
  }
  return false;
}

std::string percent(int count) { return fmt::format("{:.1f}%", 100.0 * count / kHistories); }

// A drop that begins with the night number `first`, counted from 0.
struct Found {
  int found = 0;
  int right_night = 0;
  int same_night = 0;
};

Found find_drop(const Case& noise, double deviation, double drop, std::size_t count,
                std::size_t first, std::mt19937_64& random) {
  Found result;
  for (int i = 0; i < kHistories; ++i) {
    auto series = nights(noise.noise, deviation, count, random);
    for (std::size_t night = first; night < count; ++night)
      series[night].log_ratio += std::log1p(-drop);
    for (const LevelChange& change : tsctl::level_history(series, kMargin).changes) {
      if (change.shift() > 0.0) continue;
      ++result.found;
      result.right_night += change.first == first ? 1 : 0;
      result.same_night += change.first == first && change.found == first ? 1 : 0;
      break;
    }
  }
  return result;
}

}  // namespace

int main() {
  std::mt19937_64 random(1);
  fmt::print(
      "| noise of a night | nights | a night's deviation | false alarms in 10, 30, 60 nights |\n");
  for (const Case& noise : kCases) {
    for (const double deviation : {0.005, 0.01, 0.03}) {
      std::string cells;
      for (const std::size_t count : {10, 30, 60}) {
        int alarms = 0;
        for (int i = 0; i < kHistories; ++i)
          alarms += has_false_alarm(nights(noise.noise, deviation, count, random)) ? 1 : 0;
        cells += " | " + percent(alarms);
      }
      fmt::print("| {} | {:.1f}%{} |\n", noise.name, 100.0 * deviation, cells);
    }
  }
  for (const Case& noise : kCases) {
    for (const double deviation : {0.005, 0.01, 0.03}) {
      std::string cells;
      for (const double drop : {0.03, 0.05, 0.1, 0.2, 0.5}) {
        const Found result = find_drop(noise, deviation, drop, 10, 6, random);
        cells += fmt::format(" | {} / {} / {}", percent(result.found), percent(result.right_night),
                             percent(result.same_night));
      }
      fmt::print("| {} | {:.1f}%{} |\n", noise.name, 100.0 * deviation, cells);
    }
  }
  return 0;
}
