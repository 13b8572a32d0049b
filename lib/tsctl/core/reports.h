#pragma once

#include <span>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// One report or several, as the parameter of a function that renders them.
class Reports : public std::span<const Report> {
 public:
  Reports(const Report& one) : span(&one, 1) {}
  Reports(const std::vector<Report>& several) : span(several) {}
};

}  // namespace tsctl
