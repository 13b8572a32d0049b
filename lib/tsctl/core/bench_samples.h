#pragma once

#include <string>
#include <vector>

namespace tsctl {

// Every time of one launch of an arm.
struct LaunchSamples {
  std::string arm = {};
  int launch = 1;                                  // counted from 1
  std::vector<double> warm_up_s = {};              // from the first call on
  std::vector<std::vector<double>> rounds_s = {};  // the timed calls of each round's block
  std::vector<int> turns = {};                     // when in its round the arm ran, counted from 1
};

}  // namespace tsctl
