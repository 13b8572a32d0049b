#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "options/option_groups.h"
#include "session/command_session.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

// The inputs that a command runs a model on, from the flags or the model's manifest, with every set written out.
struct ModelInputs {
  InputPlan plan = {};
  InputsOrigin given_by = InputsOrigin::none;
  std::vector<InputSet> sets = {};  // empty for --inputs: only Python knows them
  std::vector<ProbeSet> probes = {};
  std::vector<NamedSize> named_sizes = {};
  std::size_t bench_index = 0;
  std::string batch_dim = {};       // the dimension that a throughput counts; empty without it
  std::int64_t items_per_call = 0;  // its size in the timed set; 0 without one
  std::vector<std::string> declared = {};  // the specs that the file records

  bool given() const noexcept { return plan.given(); }
};

// Flags override the manifest, part by part. Throws Error{usage} for specs that do not fit together, and Error{input}
// if the data that a manifest names is missing or changed.
ModelInputs resolve_inputs(const InputFlags& flags, const std::optional<Manifest>& manifest);

// Whether the path is a regular file of at most 2 GiB: what a manifest may name to be read.
bool is_bounded_file(const std::string& path);

// The file that a value of --inputs names: "data.npz", or "file.py" of "file.py:function".
std::string data_file_of(const std::string& inputs);

// Records the inputs in the report, with the labels of their sets.
void record_inputs(Report& report, const ModelInputs& inputs);
void record_inputs(Report& report, const ModelInputs& inputs,
                   const std::vector<std::string>& labels);

// A scratch tensor file with the arguments of every set.
ScratchFile write_inputs(CommandSession& session, const ModelInputs& inputs,
                         const std::filesystem::path& folder);

// The labels of the sets, in order; {""} for one without dimensions.
std::vector<std::string> labels_of(const ModelInputs& inputs);

// The label of the set that is timed, "" where the labels are not known.
std::string bench_label(const ModelInputs& inputs, const std::vector<std::string>& labels);

// Throws Error{usage} for a model whose inputs nothing says.
[[noreturn]] void throw_no_inputs();

// Throws Error{usage} whose hint gives example flags for this file's forward, which `command` has to run.
[[noreturn]] void throw_inputs_missing(const std::string& model, const std::string& command,
                                       const std::string& or_else);

}  // namespace tsctl
