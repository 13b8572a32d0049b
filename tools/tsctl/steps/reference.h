#pragma once

#include <string>
#include <vector>

#include "steps/subject.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

// What candidates are compared with.
struct Reference {
  Subject subject = {};
  ModelInputs inputs = {};
  // The structure in which Python gives its outputs: automatic is that of the model. A trace returns only tensors, so for a
  // comparison with one the outputs of eager mode get the same structure.
  CaptureMode structure = CaptureMode::automatic;
  // The names that the user's model gave its outputs; empty if no manifest has them.
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
