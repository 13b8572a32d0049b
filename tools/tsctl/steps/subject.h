#pragma once

#include <optional>
#include <string>
#include <vector>

#include "options/option_groups.h"
#include "steps/model_inputs.h"
#include "steps/preflight.h"
#include "tsctl/core/arm_runtimes.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

// A model to run: a TorchScript file, a package of AOTInductor, or a SOURCE.
struct Subject {
  std::string text = {};
  std::optional<SourceSpec> source = {};  // none for a file
  bool package = false;                   // of AOTInductor
  ArmSettings settings = {};
  std::string settings_text = {};         // as an arm gives them, for messages: ",compile=on"
  std::string folder = {};                // for the exports of an exported runtime
  std::optional<Manifest> manifest = {};  // of a file that tsctl made

  const ArmRuntime& runtime() const;
};

// Makes a subject of an argument of the command line and these settings. Checks a file, including its CRC. Throws
// Error{usage, input}.
Subject subject_from(const std::string& text, const SourceFlags& flags,
                     const ArmSettings& settings);

// Every file that the subjects and their inputs are read from; some may be empty.
std::vector<ReadFile> files_of(const std::vector<Subject>& subjects, const ModelInputs& inputs);

// The subjects as the command line names them: paths of files, and SOURCEs.
std::vector<std::string> texts_of(const std::vector<Subject>& subjects);

// Throws Error{usage} for flags that need a SOURCE if there is none.
void require_source_for(const SourceFlags& flags, const std::vector<Subject>& subjects);

// Gives a SOURCE without --kwargs or --weights the ones in the manifest of a file that was built from it, and the libraries
// of operators of that file. Throws Error{input} for weights that are gone or have changed.
void remember_build(CommandSession& session, std::vector<Subject>& subjects);

// The inputs that a command runs its subjects on: flags, or the first manifest that names some. Throws Error{usage}
// with an example for the first file when there are none.
ModelInputs inputs_for(const std::vector<Subject>& subjects, const InputFlags& flags,
                       const std::string& command);

// The names that the user's model gave its outputs; empty if no manifest has them.
std::vector<std::string> output_names_of(const std::vector<Subject>& subjects);

// The structure in which eager mode must give its outputs for a comparison with the files among the subjects.
CaptureMode structure_of(const std::vector<Subject>& subjects);

// Whether the settings can change the outputs.
bool has_numeric_settings(const ArmSettings& settings);

// What candidates are compared with.
struct Reference {
  Subject subject = {};
  ModelInputs inputs = {};
  CaptureMode structure = CaptureMode::automatic;  // of outputs from Python; see structure_of
  std::vector<std::string> output_names = {};
  ToleranceOptions tolerance = {};
  std::string tensors = {};        // the tensor file with its arguments and outputs
  std::string method = "forward";  // of files
};

// The first subject as the reference of the others.
Reference reference_from(const std::vector<Subject>& subjects, const ModelInputs& inputs,
                         const ToleranceOptions& tolerance, const std::string& method = "forward");

// Runs the reference's subject with the command's settings, not its own, on the sets. The file becomes `tensors`.
ScratchFile reference_outputs(CommandSession& session, Reference& reference);

// The result of one comparison, which is in the report too.
struct SubjectComparison {
  const VerifyResult& result;
  // Which of the candidate's tuning is unavailable, and what ran instead.
  std::string tuning_reason = {};
};

// Runs the candidate with its settings and compares its outputs with the reference's.
SubjectComparison compare_subject(CommandSession& session, const Reference& reference,
                                  const Subject& candidate);

}  // namespace tsctl
