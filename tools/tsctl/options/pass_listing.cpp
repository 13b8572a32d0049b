#include "options/pass_listing.h"

#include <CLI/CLI.hpp>
#include <string>

#include "tsctl/report/text/text_table.h"

namespace tsctl {

void add_list_passes(CLI::App& command) {
  // A callback of a flag runs while the line is parsed, so that no other argument is demanded.
  command
      .add_flag_callback(
          "--list-passes", [] { throw PassListing{}; }, "List the passes in their order, and end")
      ->group("Passes")
      ->trigger_on_parse();
}

std::string pass_listing_text() {
  TextTable table({"pass", "step", "exact", "what it does"});
  for (const PassInfo& pass : pass_list()) {
    table.add_row({pass.name, pass.goal, pass.exact ? "yes" : "no", pass.summary});
  }
  return table.render();
}

}  // namespace tsctl
