#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/source.h"

namespace tsctl {

// What every job that builds the user's model and calls it is told.
struct ModelRequest {
  SourceSpec source = {};
  std::vector<InputSet> sets = {};  // drawn from the specs; empty when a file gives the inputs
  std::string inputs_file = {};     // --inputs
  std::string inputs_from = {};     // or a tensor file whose arguments are used
  std::uint64_t seed = 0;
  std::string device = "cpu";
};

template <typename Visitor>
void visit_fields(Visitor& visit, ModelRequest& value) {
  visit("source", value.source);
  visit("sets", value.sets);
  visit("inputs_file", value.inputs_file);
  visit("inputs_from", value.inputs_from);
  visit("seed", value.seed);
  visit("device", value.device);
}

}  // namespace tsctl
