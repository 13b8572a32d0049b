#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/source.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// The manifest of a TorchScript file, with the --inputs file where it is now: as given, beside the model, or at its
// absolute path; none if tsctl did not make it. Throws Error{input} for a damaged one.
std::optional<Manifest> read_manifest(const std::string& path);

// The records below extra/ that are not the manifest: what the user stored.
std::vector<NewRecord> read_user_extras(const std::string& path);

// Reads --extra NAME=TEXT and NAME=@FILE. Throws Error{usage} or, for a file that cannot be read, Error{input}.
std::vector<NewRecord> extras_from(const std::vector<std::string>& flags);

// Writes manifest and extras into a file that was just made. Later extras replace earlier ones of the same name.
void attach(const std::string& path, const Manifest& manifest, const std::vector<NewRecord>& kept,
            const std::vector<NewRecord>& added);

// What a file was captured from.
struct CaptureOrigin {
  const SourceSpec& source;
  const ModelInputs& inputs;
  std::string model = {};   // the captured file
  std::string output = {};  // -o
};

// The manifest of a file that was just captured.
Manifest manifest_from(CommandSession& session, const CaptureOrigin& origin,
                       const CaptureResult& capture);

// What a step did, for the manifest.
ManifestStep manifest_step(const std::string& command, const RewriteResult& result,
                           const std::vector<std::string>& preserved);

// Makes the paths of a manifest that was read from `model` lead from the folder of `output` to the same files.
void move_paths(Manifest& manifest, const std::string& model, const std::string& output);

// The digest of a file that the command has read; empty if there is none.
std::string digest_in(const Report& report, FileUse use, const std::string& path);

// Adds to the last step that its outputs were compared, and are the same. `reference` is "eager" or "input".
void record_verification(Manifest& manifest, const VerifyResult& result,
                         const std::string& reference);

}  // namespace tsctl
