#include "options/arm_flags.h"

#include <fmt/format.h>

#include <set>

#include "options/help_group.h"
#include "tsctl/core/arm_runtimes.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// Adds a number to a file's name that occurs again ("a.pt" twice, for an A/A run). Labels of the user stay as they are.
void make_labels_unique(std::vector<ArmSpec>& specs) {
  std::set<std::string> seen;
  for (const ArmSpec& spec : specs) {
    if (!spec.label_given || seen.insert(spec.label).second) continue;
    throw Error(ErrorKind::usage, fmt::format("two arms have the label '{}'", spec.label),
                "give each arm a different label");
  }
  for (ArmSpec& spec : specs) {
    if (spec.label_given) continue;
    const std::string label = spec.label;
    for (int number = 2; !seen.insert(spec.label).second; ++number)
      spec.label = label + "#" + std::to_string(number);
  }
}

// The arms in order: the baseline first, and with --selftest the one arm twice.
std::vector<ArmSpec> specs_of(const ArmFlags& flags, const ArmSettings& defaults) {
  std::vector<ArmSpec> specs;
  if (!flags.baseline.empty()) {
    specs.push_back(arm_spec_from_text(flags.baseline, defaults));
    if (specs.back().subject.ends_with(".json")) {
      throw Error(
          ErrorKind::usage,
          fmt::format("--baseline '{}' is a report, which tsctl bench cannot run", flags.baseline),
          "times of another run are not comparable: give the old file, which is measured together "
          "with the new one");
    }
    if (!specs.back().label_given) specs.back().label = "baseline";
  }
  for (const std::string& text : flags.arms) specs.push_back(arm_spec_from_text(text, defaults));
  if (!flags.selftest) return specs;
  if (specs.size() != 1) {
    throw Error(
        ErrorKind::usage, fmt::format("--selftest takes one arm, {} were given", specs.size()),
        "the arm is compared with itself to find the smallest effect that this host can resolve");
  }
  specs.push_back(specs.front());
  specs.back().label_given = false;
  return specs;
}

}  // namespace

void add_arm_options(CLI::App& command, ArmFlags& flags) {
  command
      .add_option(
          "ARM", flags.arms,
          fmt::format("[LABEL=]FILE|SOURCE[,key=value…] with threads=N, executor=NAME, "
                      "onednn-graph=on, fusion=on|off, precision=bf16, cuda-graph=on, runtime={}, "
                      "compile=on; a FILE is TorchScript or a .pt2 package, a SOURCE runs eagerly, "
                      "or with compile=on through torch.compile",
                      exported_runtimes("|", "|")))
      ->required();
}

void add_baseline_options(CLI::App& command, ArmFlags& flags) {
  const HelpGroup group(command, "Measuring");
  group.option("--baseline", "ARM", flags.baseline,
               "The arm that the others are compared with, such as an old file");
  group.flag("--selftest", flags.selftest,
             "Compare one arm with itself to find the smallest effect that this host can resolve");
}

std::vector<ArmSpec> arm_specs_from(const ArmFlags& flags, const ArmSettings& defaults) {
  std::vector<ArmSpec> specs = specs_of(flags, defaults);
  make_labels_unique(specs);
  return specs;
}

}  // namespace tsctl
