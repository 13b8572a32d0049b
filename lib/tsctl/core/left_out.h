#pragma once

#include <string>
#include <vector>

#include "tsctl/core/base/field.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// Passes that may change floating-point results and were left out, because with them the outputs differed.
struct LeftOut {
  std::vector<std::string> passes = {};
  VerifyResult verify = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, LeftOut& value) {
  visit("passes", value.passes, "The passes that had changed the model, in their order");
  visit("verify", value.verify, "The comparison of the file with these passes, which differs");
}

}  // namespace tsctl
