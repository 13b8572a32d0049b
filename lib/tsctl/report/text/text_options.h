#pragma once

#include <cstddef>

namespace tsctl {

// What the text of an inspected file shows besides the summary.
struct InspectSections {
  bool tensors = false;  // parameters, buffers and constants, a row each
  bool ops = false;
  bool code = false;  // needs a summary made with_code
  bool records = false;
  bool findings = false;
};

struct TextOptions {
  bool verbose = false;  // every comparison, pass and condition instead of the summary
  InspectSections sections = {};
  std::size_t width = 0;  // columns of the terminal; 0: as many as the text needs
  bool colour = false;
};

}  // namespace tsctl
