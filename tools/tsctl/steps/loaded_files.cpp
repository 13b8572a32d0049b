#include "steps/loaded_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

#include "tsctl/archive/code_operators.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/findings.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/host/memory.h"
#include "tsctl/process/sandbox.h"

namespace tsctl {

namespace {

// The operators that write files: "torch.save".
std::vector<std::string> writers_in(const ModelArchive& archive) {
  std::vector<std::string> names;
  for (const auto& [op, where] : names_in(archive).operators) {
    if (writes_files(op)) names.push_back("torch." + op.substr(op.find("::") + 2));
  }
  return names;
}

// Whether a file that writes files is worth a warning: the sandbox keeps it from doing so, and no warning says that yet.
bool warns_of_writers(CommandSession& session) {
  return session.options().sandbox &&
         std::ranges::none_of(session.report().warnings, [](const Warning& warning) {
           return warning.code == WarningCode::code_touches_files;
         });
}

void warn_of_writers(CommandSession& session, const std::string& path,
                     const ModelArchive& archive) {
  const std::vector<std::string> writers = writers_in(archive);
  if (writers.empty()) return;
  const std::string consequence =
      sandbox_support().files
          ? "the sandbox prevents it, and LibTorch reports no error, so nothing is written; if you "
            "trust the file, --no-sandbox allows it"
          : "this kernel has no Landlock to prevent it; do not run it unless you trust its source";
  session.warn(
      {WarningCode::code_touches_files, fmt::format("the code of '{}' can write files ({}): {}",
                                                    path, fmt::join(writers, ", "), consequence)});
}

// `names` are the files whose tensors take the bytes.
void require_free_memory(CommandSession& session, const std::string& names, std::int64_t bytes) {
  // A GPU takes the tensors one after the other.
  const RunOptions& options = session.options();
  if (options.device != "cpu" || options.memory_bytes == 0) return;
  const std::optional<std::int64_t> available = available_memory();
  if (!available || bytes <= *available) return;
  session.enter("check the memory");
  throw Error(
      ErrorKind::environment,
      fmt::format("{} cannot be loaded: the tensors take {}, but only {} of memory are free", names,
                  bytes_text(bytes), bytes_text(*available)),
      "end other programs, or use a machine with more memory; --memory none loads it anyway");
}

}  // namespace

void check_loaded_files(CommandSession& session, const std::vector<std::string>& paths,
                        LoadedAtOnce at_once) {
  std::string names;
  std::int64_t bytes = 0;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) continue;  // a SOURCE
    if (file_kind(path) != FileKind::torchscript) continue;
    const ModelArchive archive = open_model_archive(path);
    if (at_once == LoadedAtOnce::one) {
      names.clear();
      bytes = 0;
    }
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", path);
    bytes += static_cast<std::int64_t>(least_memory(archive));
    require_free_memory(session, names, bytes);
    if (warns_of_writers(session)) warn_of_writers(session, path, archive);
  }
}

void warn_of_blocked_writes(CommandSession& session, const std::string& path) {
  if (warns_of_writers(session)) warn_of_writers(session, path, open_model_archive(path));
}

}  // namespace tsctl
