#include "options/pass_listing.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tsctl/core/base/error.h"
#include "tsctl/core/pass_list.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// How a pass changes the numbers of the outputs.
std::string text_from(Exactness exactness) {
  switch (exactness) {
    case Exactness::exact:
      return "same";
    case Exactness::reorders_floating_point:
      return "reordered";
    case Exactness::changes_precision:
      return "other precision";
  }
  return {};
}

std::string text_from(ResultDevice device) {
  switch (device) {
    case ResultDevice::any:
      return "any device";
    case ResultDevice::cpu:
      return "cpu";
    case ResultDevice::cuda:
      return "cuda";
  }
  return {};
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Whether --only-pass excludes the pass.
bool is_excluded(const PassInfo& pass, const std::vector<std::string>& only) {
  if (only.empty() || contains(only, pass.name) || pass.name == "freeze_constants") return false;
  if (pass.goal == RewriteGoal::optimize) return true;
  return std::ranges::any_of(kPasses, [&only](const PassInfo& other) {
    return other.goal == RewriteGoal::freeze && contains(only, other.name);
  });
}

void require_passes_of_freeze(const std::vector<std::string>& names, const std::string& flag) {
  for (const PassInfo& pass : kPasses) {
    if (pass.goal == RewriteGoal::freeze || !contains(names, pass.name)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("freeze does not run the pass '{}' ({})", pass.name, flag),
                "tsctl optimize runs it");
  }
}

}  // namespace

void add_list_passes(CLI::App& command) {
  // The callback runs during parsing, before CLI11 checks that required arguments are present.
  command
      .add_flag_callback(
          "--list-passes", [] { throw PassListing{}; }, "List the passes in order and exit")
      ->group("Passes")
      ->trigger_on_parse();
}

std::string pass_listing_text() {
  TextTable table({"pass", "step", "exact", "arithmetic", "runs on", "what it does"});
  for (const PassInfo& pass : kPasses) {
    table.add_row({std::string(pass.name), pass.goal == RewriteGoal::freeze ? "freeze" : "optimize",
                   pass.exactness == Exactness::exact ? "yes" : "no", text_from(pass.exactness),
                   text_from(pass.runs_on), std::string(pass.summary)});
  }
  return table.render();
}

void check_pass_flags(const PassFlags& flags, RewriteGoal goal) {
  require_known_passes(flags.disabled, "--disable-pass");
  require_known_passes(flags.only, "--only-pass");
  require_known_passes(flags.print_ir_before, "--print-ir-before");
  require_known_passes(flags.print_ir_after, "--print-ir-after");
  if (goal == RewriteGoal::optimize) return;
  require_passes_of_freeze(flags.only, "--only-pass");
  require_passes_of_freeze(flags.print_ir_before, "--print-ir-before");
  require_passes_of_freeze(flags.print_ir_after, "--print-ir-after");
}

std::vector<std::string> left_out_passes(const PassFlags& flags) {
  std::vector<std::string> names = flags.disabled;
  if (!flags.pack) names.insert(names.end(), {"pack_linear", "pack_lstm", "pack_gru", "pack_conv"});
  for (const PassInfo& pass : kPasses) {
    if (is_excluded(pass, flags.only)) names.emplace_back(pass.name);
  }
  return names;
}

}  // namespace tsctl
