#include "tsctl/report/text/run_columns.h"

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

std::vector<std::string> run_titles() {
  return {"set", "output", "dtype", "shape", ">min", ">max", ">mean", ">not finite"};
}

std::vector<std::string> run_cells(const OutputSummary& output) {
  return {output.set,
          output.output,
          output.dtype,
          output.dtype.empty() ? output.value : shape_text(output.shape),
          number_text(output.minimum),
          number_text(output.maximum),
          number_text(output.mean),
          std::to_string(output.nonfinite)};
}

}  // namespace tsctl
