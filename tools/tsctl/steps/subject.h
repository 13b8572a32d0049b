#pragma once

#include <optional>
#include <string>
#include <vector>

#include "options/option_groups.h"
#include "steps/model_inputs.h"
#include "steps/preflight.h"
#include "tsctl/core/executor.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

// Something that gives outputs: a TorchScript file, a package of AOTInductor, or a SOURCE that eager runs.
struct Subject {
  std::string text = {};
  std::optional<SourceSpec> source = {};  // none for a file
  bool package = false;                   // of AOTInductor
  bool compile = false;                   // run the source through torch.compile
  std::string runtime = {};               // onnxruntime, openvino: exported into `folder`
  std::string folder = {};
  ArmTuning tuning = {};
  std::optional<int> threads = {};  // other than the run's
  std::string settings = {};        // all of this as an arm gives it, for messages: ",compile=on"
  std::optional<Manifest> manifest = {};  // of a file that tsctl made
};

// Reads what stands on the command line; a file is checked, CRC included. Throws Error{usage, input}.
Subject subject_from(const std::string& text, const SourceFlags& flags);

// Every file that the subjects and their inputs are read from; some may be empty.
std::vector<std::string> files_of(const std::vector<Subject>& subjects, const ModelInputs& inputs);

// Throws Error{usage} for flags about a SOURCE where there is none.
void require_source_for(const SourceFlags& flags, const std::vector<Subject>& subjects);

// Gives a SOURCE without --kwargs those that one of the files was built from it with.
void remember_kwargs(std::vector<Subject>& subjects);

// The inputs that a command runs its subjects on: flags, or the first manifest that names some. Throws Error{usage}
// with an example for the first file when there are none.
ModelInputs inputs_for(const std::vector<Subject>& subjects, const InputFlags& flags,
                       const std::string& command);

// The names that the user's model gave its outputs; empty if no manifest says.
std::vector<std::string> output_names_of(const std::vector<Subject>& subjects);

// How eager's outputs are to be structured so that they can be held against the files among the subjects.
CaptureMode structure_of(const std::vector<Subject>& subjects);

// Whether the settings can change what comes out.
bool has_numeric_settings(const Subject& subject);

// Runs the subject, without its settings, on the sets and gives the tensor file with arguments and outputs.
ScratchFile reference_outputs(Run& run, const Subject& subject, const ModelInputs& inputs,
                              CaptureMode structure, Executor executor);

// Compares a subject with its settings with it. `tuning_reason`, if given, takes what of its tuning was not to be had.
const VerifyResult& compare_subject(Run& run, const Subject& reference, const Subject& candidate,
                                    const std::string& reference_tensors, const ModelInputs& inputs,
                                    CaptureMode structure,
                                    const std::vector<std::string>& output_names,
                                    const ToleranceOptions& tolerance, Executor executor,
                                    std::string* tuning_reason = nullptr);

}  // namespace tsctl
