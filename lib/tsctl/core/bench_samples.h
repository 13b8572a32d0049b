#pragma once

#include <string>
#include <vector>

namespace tsctl {

// Every time of one launch of an arm.
struct LaunchSamples {
  std::string arm = {};
  int launch = 1;                                  // counted from 1
  std::vector<double> warm_up_s = {};              // from the first call on
  std::vector<std::vector<double>> rounds_s = {};  // [round][call], block after block
  // [round][pass]: when the arm ran in it, counted from 1. Each pass has as many of the round's calls.
  std::vector<std::vector<int>> turns = {};
};

}  // namespace tsctl
