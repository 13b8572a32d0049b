#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

// Runs every launched arm through a sequence of input sets before anything else calls it, and tells where calls were
// slow: executors specialize on the shapes that they see.
class ShapeSequence {
 public:
  // `order` holds indices into the tensor file's sets, `labels` the name of each set.
  ShapeSequence(std::vector<std::size_t> order, std::vector<std::string> labels)
      : order_(std::move(order)), labels_(std::move(labels)) {}

  // A launcher whose arms go through the sequence when they are resumed for the first time; the calls after that are
  // with the set that is timed. This object has to outlive the arms.
  Launcher around(const Launcher& launch);

  // Fills in the sequence, and what it took each arm.
  void report(BenchResult& result) const;

 private:
  class Arm;

  std::vector<SequenceSet> sets_of(const std::vector<std::vector<double>>& launches) const;

  std::vector<std::size_t> order_;
  std::vector<std::string> labels_;
  std::map<std::string, std::vector<std::vector<double>>> seconds_ = {};  // [arm][launch][place]
};

}  // namespace tsctl
