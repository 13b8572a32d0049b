#pragma once

#include <optional>
#include <string>
#include <vector>

#include "options/option_groups.h"
#include "steps/model_inputs.h"
#include "steps/preflight.h"
#include "tsctl/core/arm_runtimes.h"
#include "tsctl/core/manifest.h"

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
void complete_sources(CommandSession& session, std::vector<Subject>& subjects);

// The inputs that a command runs its subjects on: flags, or the first manifest that names some. Throws Error{usage}
// with an example for the first file when there are none.
ModelInputs inputs_for(const std::vector<Subject>& subjects, const InputFlags& flags,
                       const std::string& command);

}  // namespace tsctl
