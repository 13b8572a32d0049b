#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Calls every launched arm with a sequence of input sets before its warm-up, and finds slow calls in it: executors
// recompile for new shapes.
class ShapeSequence {
 public:
  // `order` has indices into the tensor file's sets, `labels` the name of each set.
  ShapeSequence(std::vector<std::size_t> order, std::vector<std::string> labels)
      : order_(std::move(order)), labels_(std::move(labels)) {}

  // Returns a launcher whose arms run the sequence when they are resumed for the first time. The following calls use
  // the set to time. The ShapeSequence must outlive the arms.
  Launcher around(const Launcher& launch);

  // Sets the sequence and its times in the result.
  void report(BenchResult& result) const;

 private:
  class Arm;

  // The sets in the order of their first calls.
  std::vector<std::size_t> distinct_sets() const;

  std::vector<std::size_t> order_;
  std::vector<std::string> labels_;
  std::map<std::string, std::vector<std::vector<double>>> seconds_ = {};  // [arm][launch][call]
};

}  // namespace tsctl
