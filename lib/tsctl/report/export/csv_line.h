#pragma once

#include <span>
#include <string>

namespace tsctl {

// A line of a CSV file as RFC 4180 describes it: quoted where a cell needs it, ended by CR LF.
std::string csv_line(std::span<const std::string> cells);

}  // namespace tsctl
