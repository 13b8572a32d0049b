#pragma once

#include <cstdint>
#include <functional>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/rewrite.h"

namespace tsctl {

// What --bisect found wrong with the optimized file.
enum class BisectFault { none, outputs, speed };

constexpr auto names_of(BisectFault) {
  using enum BisectFault;
  return std::to_array<Named<BisectFault>>(
      {{none, "none"}, {outputs, "outputs"}, {speed, "speed"}});
}

// The result of optimize --bisect: the first rewrite with which the file is at fault.
struct BisectResult {
  BisectFault fault = BisectFault::none;
  std::int64_t rewrites = 0;
  std::int64_t guilty = 0;
  Rewrite rewrite = {};
  std::int64_t runs = 0;
  bool timed = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, BisectResult& value) {
  visit("fault", value.fault, "What was wrong with the optimized file, compared with the input");
  visit("rewrites", value.rewrites, "Rewrites that all passes together wanted to make");
  visit("guilty", value.guilty,
        "The number of the first rewrite with which the file was at fault; 0: without any rewrite "
        "it already was, or nothing was wrong");
  visit("rewrite", value.rewrite, "That rewrite; its members are empty without one");
  visit("runs", value.runs, "How often the file was optimized and checked");
  visit("timed", value.timed, "Whether a slower file counted as a fault");
}

// The smallest number of rewrites that is bad, found by halving, if `count` is known to be; 0 if none at all is bad too.
std::int64_t first_bad(std::int64_t count, const std::function<bool(std::int64_t)>& is_bad);

}  // namespace tsctl
