#include "targets.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "archive_files.h"
#include "tsctl/archive/diff.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/op_count.h"
#include "tsctl/archive/pickle.h"
#include "tsctl/archive/read_budget.h"
#include "tsctl/archive/script_code.h"
#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/core/manifest.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/json/json.h"

namespace tsctl::fuzz {

namespace {

void inspect_archive(const std::string& bytes) {
  const MemoryFile file(bytes);
  inspect({.model_path = file.path(), .check_crc = true, .with_code = true});
  diff({.path_a = file.path(), .path_b = file.path()});
  require_loadable(file.path(), /*check_crc=*/true);
}

void parse_pickle(const std::string& bytes) {
  ReadBudget budget("input", bytes.size());
  read_pickle(bytes, "input", budget);
}

void count_operators(const std::string& bytes) {
  ReadBudget budget("input", bytes.size());
  ScriptCode code{.budget = &budget};
  add_code(code, "__torch__", bytes);
  OpCounter counter(code);
  counter.written_in_code();
  for (const auto& [name, script_class] : code.classes) {
    for (const CodeFunction& method : script_class.methods)
      counter.reachable_from(name, method.name);
  }
  constant_uses(code);
  device_uses(code);
}

void parse_manifest(const std::string& bytes) {
  require_simple_json(bytes, "the manifest", kMaxManifestValues);
  from_json_text<Manifest>(bytes);
}

void parse_report(const std::string& bytes) { reports_from_documents(bytes, "input"); }

void open_tensors(const std::string& bytes) {
  const MemoryFile file(bytes);
  TensorFile::open(file.path());
}

constexpr std::array kTargets{
    Target{"archive", inspect_archive}, Target{"pickle", parse_pickle},
    Target{"code", count_operators},    Target{"manifest", parse_manifest},
    Target{"report", parse_report},     Target{"tensors", open_tensors},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

void run_target(std::string_view name, const std::string& bytes) {
  const auto target = std::ranges::find(kTargets, name, &Target::name);
  if (target == kTargets.end()) std::abort();
  try {
    target->run(bytes);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
  }
}

}  // namespace tsctl::fuzz
