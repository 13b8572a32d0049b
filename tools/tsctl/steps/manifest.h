#pragma once

#include <optional>
#include <string>
#include <vector>

#include "steps/model_inputs.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/source.h"

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

// The manifest of a file that was just captured.
Manifest manifest_from(const SourceSpec& source, const ModelInputs& inputs,
                       const CaptureResult& capture, const std::vector<OpLibrary>& op_libraries);

// What a step did, for the manifest.
ManifestStep manifest_step(const std::string& command, const RewriteResult& result,
                           const std::vector<std::string>& preserved);

}  // namespace tsctl
