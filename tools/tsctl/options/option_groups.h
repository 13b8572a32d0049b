#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "session/command_session.h"
#include "session/finish.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// Raw flags as given on the command line; the functions below them check and convert.

struct SourceFlags {
  std::string kwargs = {};
  std::string weights = {};
};

struct InputFlags {
  std::vector<std::string> specs = {};
  std::vector<std::string> dims = {};
  std::vector<std::string> bench_dims = {};
  std::string batch_dim = {};
  std::string file = {};
  std::optional<std::uint64_t> seed = {};
};

struct ToleranceFlags {
  std::vector<std::string> rtol = {};
  std::vector<std::string> atol = {};
  bool equal_nan = false;
};

struct OutputFlags {
  std::string output = {};
  std::vector<std::string> extra = {};
  bool strip_debug = false;
  bool keep_failed = false;
};

struct PassFlags {
  std::vector<std::string> preserve = {};
  std::vector<std::string> disabled = {};
  std::vector<std::string> only = {};
  bool pack = true;
  bool check_speed = true;
  KernelChoice kernels = KernelChoice::automatic;
  std::optional<bool> keep_heap = {};
  std::vector<std::string> print_ir_before = {};
  std::vector<std::string> print_ir_after = {};
};

void add_report_options(CLI::App& command, ReportOptions& options);
// The flags of kReportFiles alone, for a command that does not make its own report.
void add_report_files(CLI::App& command, ReportOptions& options);
// -q and -v.
void add_volume_options(CLI::App& command, ReportOptions& options);
void add_run_options(CLI::App& command, RunOptions& options);
// --method, of the files that a command runs.
void add_method_option(CLI::App& command, std::string& method);
void add_source_options(CLI::App& command, SourceFlags& flags, RunOptions& run);
void add_input_options(CLI::App& command, InputFlags& flags);
// --python of the commands that take files: only --inputs needs it there.
void add_inputs_python_option(CLI::App& command, RunOptions& options);
void add_tolerance_options(CLI::App& command, ToleranceFlags& flags);
void add_output_options(CLI::App& command, OutputFlags& flags, bool keeps_failed);
void add_pass_options(CLI::App& command, PassFlags& flags);
// --kernels, --no-pack and --keep-heap, for the commands that optimize.
void add_packing_options(CLI::App& command, PassFlags& flags);

// A required positional file or SOURCE.
CLI::Option* add_positional(CLI::App& command, const std::string& name, std::string& target,
                            const std::string& help);
// An option that may be given several times, one value each.
CLI::Option* add_repeatable(CLI::App& command, const std::string& flag,
                            std::vector<std::string>& target, const std::string& help);

// Throw Error{usage} that names the flag.
ToleranceOptions tolerance_from(const ToleranceFlags& flags);
InputPlan input_plan_from(const InputFlags& flags);
SourceSpec source_from(const std::string& text, const SourceFlags& flags);
// Checks the value of a flag that names passes against the list.
void require_known_passes(const std::vector<std::string>& names,
                          const std::string& flag = "--disable-pass");

// Binds an option to an enum, or an optional one, by the names of its table, which help and errors show.
template <Vocabulary Enum, typename Target>
CLI::Option* add_choice(CLI::App& command, const std::string& flag, Target& target,
                        const std::string& help) {
  const auto choose = [&target](const std::string& name) { target = *value_of<Enum>(name); };
  return command.add_option_function<std::string>(flag, choose, help)
      ->check(CLI::IsMember(name_list<Enum>()))
      ->type_name("NAME");
}

}  // namespace tsctl
