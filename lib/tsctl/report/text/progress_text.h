#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace tsctl {

// What a command does at the moment.
struct ProgressState {
  std::string text = {};
  std::optional<double> share = {};  // of the step that is done, 0 to 1; none if it is unknown
  double step_s = 0.0;               // seconds since the step began
  double elapsed_s = 0.0;            // seconds since the command began
};

// One line of at most `width` columns: the text, a bar for a known share, the time since the command began, and the
// time that is left of the step.
//   bench: launch 3 of 5  [=========           ]  45%  0:07  0:09 left
std::string progress_text(const ProgressState& state, std::size_t width);

// "0:07", "12:34", "1:02:03".
std::string minutes_text(double seconds);

}  // namespace tsctl
