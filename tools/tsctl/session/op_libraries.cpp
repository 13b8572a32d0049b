#include "session/op_libraries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "session/command_session.h"
#include "session/named_libraries.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/files/digest.h"
#include "tsctl/files/moving_path.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

constexpr std::array kPackages{"torchvision", "torchaudio"};
constexpr std::string_view kPackagesFolder = "-packages/";
constexpr std::uint64_t kMaxManifestBytes = 1U << 20;

// "/…/torchvision/_C.so" is torchvision's.
bool is_of_package(const std::string& library, const std::string& package) {
  const fs::path path(library);
  return std::ranges::find(path, fs::path(package)) != path.end();
}

bool has_file(const std::vector<OpLibrary>& libraries, const std::string& path) {
  return std::ranges::any_of(libraries, [&](const OpLibrary& library) {
    return fs::path(library.path).filename() == fs::path(path).filename();
  });
}

bool uses_operators_of(const ModelArchive& archive, const std::string& package) {
  return std::ranges::any_of(archive.code_texts, [&](const CodeText& text) {
    return text.text.find("ops." + package + ".") != std::string::npos;
  });
}

OpLibrary library_at(const std::string& path) {
  return {.path = fs::absolute(path), .sha256 = sha256_of_file(path)};
}

std::vector<OpLibrary> libraries_of_flags(const CommandSession& session) {
  std::vector<OpLibrary> libraries;
  for (const std::string& path : session.options().op_libs) {
    if (!fs::is_regular_file(path)) {
      throw Error(ErrorKind::input, fmt::format("--op-lib '{}' is not a file", path),
                  "name the shared library that registers the operators: --op-lib ops.so");
    }
    libraries.push_back(library_at(path));
    remember_named(libraries.back().sha256);
  }
  return libraries;
}

// Why a library that a manifest remembers is not loaded; empty if it can be.
std::string obstacle(const OpLibrary& library) {
  if (!fs::is_regular_file(library.path)) return "which no longer exists";
  if (sha256_of_file(library.path) != library.sha256) return "which has changed since the capture";
  return was_named(library.sha256) ? "" : "which no command on this machine has named yet";
}

[[noreturn]] void throw_not_loaded(const std::string& model, const OpLibrary& library) {
  const bool gone = !fs::is_regular_file(library.path);
  throw Error(ErrorKind::input,
              fmt::format("'{}' uses operators of the library '{}', {}", model, library.path,
                          obstacle(library)),
              gone ? "name the library: --op-lib FILE"
                   : fmt::format("tsctl does not load code only because a file names it; if you "
                                 "trust the library, name it: --op-lib {}",
                                 library.path));
}

// Of the chosen Python, without importing the package. None if there is no usable Python.
std::vector<std::string> libraries_in_python(CommandSession& session, const std::string& package) {
  std::vector<std::string> found;
  try {
    for (const std::string& path : session.python().found_op_libraries) {
      if (is_of_package(path, package)) found.push_back(path);
    }
  } catch (const Error&) {
    return {};
  }
  return found;
}

// Of the manifest. A damaged one is an error of the command that reads it.
std::vector<OpLibrary> remembered_libraries(const ModelArchive& archive) {
  const ZipRecord* record = archive.zip.find_in_top(kManifestRecord);
  if (record == nullptr) return {};
  try {
    const std::string text = archive.zip.read(*record, kMaxManifestBytes);
    require_simple_json(text, "the manifest", kMaxManifestValues);
    std::vector<OpLibrary> libraries = from_json_text<Manifest>(text).op_libraries;
    for (OpLibrary& library : libraries)
      library.path = path_beside(archive.zip.path(), library.path);
    return libraries;
  } catch (const Error&) {
    return {};
  }
}

// Adds what the file itself asks for.
void add_libraries_of_file(CommandSession& session, const std::string& model,
                           const ModelArchive& archive, std::vector<OpLibrary>& libraries) {
  std::optional<OpLibrary> missing;
  for (const OpLibrary& library : remembered_libraries(archive)) {
    if (has_file(libraries, library.path)) continue;
    if (obstacle(library).empty()) {
      libraries.push_back(library);
    } else {
      missing = library;
    }
  }
  for (const std::string package : kPackages) {
    const auto is_its = [&](const OpLibrary& library) {
      return is_of_package(library.path, package);
    };
    if (std::ranges::any_of(libraries, is_its) || !uses_operators_of(archive, package)) continue;
    for (const std::string& path : libraries_in_python(session, package)) {
      libraries.push_back(library_at(path));
      remember_named(libraries.back().sha256);  // the user chose this Python
      if (missing && is_its(*missing)) missing.reset();
    }
  }
  if (missing) throw_not_loaded(model, *missing);
}

// None for a file that the gate in front of LibTorch refuses: the job that loads it says why.
std::optional<ModelArchive> archive_at(const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::is_regular_file(path, error)) return {};
  try {
    return open_model_archive(path);
  } catch (const Error&) {
    return {};
  }
}

// Temporary files of one path have other contents in every step.
std::string identity_of(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, error).time_since_epoch().count();
  return fmt::format("{}\n{}\n{}", path, size, time);
}

}  // namespace

std::vector<OpLibrary> OpLibraries::found_for(const std::string& model_path) {
  std::vector<OpLibrary> libraries = libraries_of_flags(session_);
  if (const auto archive = archive_at(model_path))
    add_libraries_of_file(session_, model_path, *archive, libraries);
  if (!model_path.empty()) return libraries;
  for (const std::string& lender : lenders_) {
    for (const OpLibrary& library : of(lender)) {
      if (!has_file(libraries, library.path)) libraries.push_back(library);
    }
  }
  return libraries;
}

void OpLibraries::lend(const std::string& model_path) {
  lenders_.push_back(model_path);
  known_.erase("");
}

const std::vector<OpLibrary>& OpLibraries::of(const std::string& model_path) {
  const std::string identity = model_path.empty() ? "" : identity_of(model_path);
  const auto known = known_.find(identity);
  if (known != known_.end()) return known->second;
  return known_.emplace(identity, found_for(model_path)).first->second;
}

std::vector<OpLibrary> op_libraries_of(CommandSession& session, const std::string& model_path) {
  return session.op_libraries().of(model_path);
}

std::vector<OpLibrary> op_libraries_to_remember(CommandSession& session,
                                                const std::string& model_path,
                                                const std::string& output) {
  std::vector<OpLibrary> libraries = op_libraries_of(session, model_path);
  for (OpLibrary& library : libraries) {
    const bool of_python = std::ranges::any_of(kPackages, [&](const std::string& package) {
      return is_of_package(library.path, package);
    });
    // These are found in the chosen Python, wherever that is.
    const std::size_t at = of_python ? library.path.rfind(kPackagesFolder) : std::string::npos;
    library.path = at == std::string::npos ? path_from(output, library.path)
                                           : library.path.substr(at + kPackagesFolder.size());
  }
  return libraries;
}

}  // namespace tsctl
