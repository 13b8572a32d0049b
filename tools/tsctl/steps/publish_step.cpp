#include "steps/publish_step.h"

#include <cstdint>
#include <filesystem>

#include "steps/loaded_files.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/files/digest.h"

namespace tsctl {

void publish_model_step(CommandSession& session, OutputFile& file) {
  session.enter("read " + file.target().string() + " again");
  require_loadable(file.path(), /*check_crc=*/true);
  warn_of_blocked_writes(session, file.path());
  publish_step(session, file);
}

void publish_step(CommandSession& session, OutputFile& file) {
  session.enter("write " + file.target().string());
  ArtifactInfo artifact{.path = file.target().string(), .status = ArtifactStatus::written};
  artifact.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path()));
  artifact.sha256 = sha256_of_file(file.path());
  file.commit();
  session.report().artifact = artifact;
}

void withhold_step(CommandSession& session, OutputFile& file, bool keep_failed,
                   const std::string& reason) {
  ArtifactInfo artifact{
      .path = file.target().string(), .status = ArtifactStatus::not_written, .reason = reason};
  if (keep_failed && std::filesystem::file_size(file.path()) > 0) {
    artifact.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path()));
    artifact.sha256 = sha256_of_file(file.path());
    artifact.path = file.commit_as_failed();
    artifact.status = ArtifactStatus::kept_failed;
  }
  session.report().artifact = artifact;
}

}  // namespace tsctl
