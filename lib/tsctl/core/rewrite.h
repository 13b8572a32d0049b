#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/warning.h"

namespace tsctl {

// freeze makes constants and removes what only training needs, bit-exact; optimize freezes first when
// needed and then runs the passes that may touch numbers.
enum class RewriteGoal { freeze, optimize };

struct RewriteRequest {
  RewriteGoal goal = RewriteGoal::freeze;
  std::string model_path = {};
  std::string output_path = {};
  std::vector<std::string> preserve = {};  // methods and attributes besides forward
  std::vector<std::string> disabled_passes = {};
  std::vector<std::string> print_ir_before = {};  // passes
  std::vector<std::string> print_ir_after = {};
  // Calls to run if a pass needs recorded shapes; empty if the inputs are not known.
  std::string inputs_tensors = {};
  std::string device = "cpu";
  int threads = 1;
};

// A place that a pass matched and did not rewrite.
struct PassSkip {
  std::string operation = {};  // batch_norm
  std::string place = {};      // features.1
  std::string reason = {};
};

// What one pass did to one method.
struct PassRecord {
  std::string pass = {};
  std::string method = {};
  std::string status = {};  // changed, unchanged, disabled
  std::int64_t nodes_before = 0;
  std::int64_t nodes_after = 0;
  std::vector<std::string> changes = {};  // "folded batch_norm into conv2d at features.1", one each
  double seconds = 0.0;
  std::int64_t matched = 0;  // places that fit its pattern: rewritten and skipped ones
  std::int64_t rewritten = 0;
  std::vector<PassSkip> skipped = {};
};

struct RewriteResult {
  std::vector<PassRecord> passes = {};
  std::vector<std::string> methods = {};  // of the written file
  bool was_frozen = false;                // the input already was
  std::int64_t constants_bytes = 0;
  std::vector<Warning> warnings = {};
};

}  // namespace tsctl
