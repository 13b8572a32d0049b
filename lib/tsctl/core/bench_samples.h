#pragma once

#include <string>
#include <vector>

namespace tsctl {

// The times of all calls in one launch of an arm.
struct LaunchSamples {
  std::string arm = {};
  int launch = 1;                                  // counted from 1
  std::vector<double> warm_up_s = {};              // from the first call on
  std::vector<std::vector<double>> rounds_s = {};  // [round][call], block after block
  // [round][cycle]: when the arm ran in it, counted from 1. Each cycle has as many of the round's calls.
  std::vector<std::vector<int>> turns = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LaunchSamples& value) {
  visit("arm", value.arm);
  visit("launch", value.launch);
  visit("warm_up_s", value.warm_up_s);
  visit("rounds_s", value.rounds_s);
  visit("turns", value.turns);
}

}  // namespace tsctl
