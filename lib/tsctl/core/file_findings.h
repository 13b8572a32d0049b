#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

namespace tsctl {

// What `inspect` reports about a file that somebody may want to refuse. docs/findings.md explains each.
enum class FindingCode {
  code_not_readable,
  code_runs_on_load,
  code_touches_files,
  compressed_tensors,
  custom_class,
  damaged_record,
  differs_from_manifest,
  inputs_name_code,
  mkldnn_content,
  own_code_runs_on_load,
  prepacked_content,
  private_path,
  tied_to_device,
  unknown_namespace,
  unknown_operator,
  unusable_file,
};

constexpr auto names_of(FindingCode) {
  using enum FindingCode;
  return std::to_array<Named<FindingCode>>({
      {code_not_readable, "code_not_readable"},
      {code_runs_on_load, "code_runs_on_load"},
      {code_touches_files, "code_touches_files"},
      {compressed_tensors, "compressed_tensors"},
      {custom_class, "custom_class"},
      {damaged_record, "damaged_record"},
      {differs_from_manifest, "differs_from_manifest"},
      {inputs_name_code, "inputs_name_code"},
      {mkldnn_content, "mkldnn_content"},
      {own_code_runs_on_load, "own_code_runs_on_load"},
      {prepacked_content, "prepacked_content"},
      {private_path, "private_path"},
      {tied_to_device, "tied_to_device"},
      {unknown_namespace, "unknown_namespace"},
      {unknown_operator, "unknown_operator"},
      {unusable_file, "unusable_file"},
  });
}

// In rising order. The names are the levels of SARIF.
enum class Severity { note, warning, error };

constexpr auto names_of(Severity) {
  using enum Severity;
  return std::to_array<Named<Severity>>({
      {note, "note"},
      {warning, "warning"},
      {error, "error"},
  });
}

struct FileFinding {
  FindingCode code = FindingCode::unusable_file;
  Severity severity = Severity::warning;
  std::string record = {};                  // "" for the whole file
  std::optional<std::int64_t> line = {};    // in code, counted from 1
  std::optional<std::int64_t> offset = {};  // in a pickle, in bytes
  std::int64_t places = 1;
  std::string text = {};
  std::string hint = {};
  bool allowed = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, FileFinding& value) {
  visit("code", value.code, "What was found; stable, docs/findings.md explains it");
  visit("severity", value.severity, "How much it matters");
  visit("record", value.record, "The record of the first place; empty for the whole file");
  visit("line", value.line,
        Field("The line of the first place in code; null elsewhere").at_least(1));
  visit("offset", value.offset,
        Field("The byte of the first place in a pickle; null elsewhere").at_least(0));
  visit("places", value.places, Field("How many places there are").at_least(1));
  visit("text", value.text, "What it means, in one sentence for people");
  visit("hint", value.hint, "What to do about it");
  visit("allowed", value.allowed, "A policy file (--policy) allows it");
}

// What a policy file (--policy) allows: findings of this code, everywhere or in one record.
struct AllowedFinding {
  FindingCode code = FindingCode::unusable_file;
  std::string record = {};  // "" for all; a "*" at its end stands for any rest
  std::string reason = {};

  bool covers(const FileFinding& finding) const {
    if (finding.code != code) return false;
    if (record.empty() || record == finding.record) return true;
    return record.ends_with('*') &&
           finding.record.starts_with(std::string_view(record).substr(0, record.size() - 1));
  }
};

// A row of the table of findings: what to do, and a name for lists.
struct FindingRule {
  FindingCode code = {};
  const char* title = "";
  const char* hint = "";
};

constexpr auto finding_rules() {
  using enum FindingCode;
  return std::to_array<FindingRule>({
      {code_not_readable, "Code that LibTorch cannot read",
       "LibTorch refuses the file once it needs this code: write it again with torch.jit.save"},
      {code_runs_on_load, "Code that runs when the file is loaded",
       "read it with --code, and load the file only if you trust its source"},
      {code_touches_files, "Operators that read or write files",
       "do not load or run the file unless you trust its source"},
      {compressed_tensors, "Tensors that are compressed",
       "nothing: torch.jit.load and torch.jit.save write a file that loads faster"},
      {custom_class, "A class in C++ that LibTorch does not have",
       "load the library that registers the class first, if you trust it"},
      {damaged_record, "A record that does not match its checksum",
       "get the file again, or write it again with torch.jit.save"},
      {differs_from_manifest, "The file is not what its manifest says",
       "somebody changed the file after tsctl wrote it: make it again with tsctl"},
      {inputs_name_code, "The manifest names Python code as inputs",
       "tsctl does not run it unless --inputs names it on the command line"},
      {mkldnn_content, "Operators of oneDNN, which optimize_for_inference writes",
       "such a file runs on x86 CPUs only: use the file it was made from"},
      {own_code_runs_on_load, "Code of tsctl that runs when the file is loaded",
       "nothing: the code is known, to the letter; tsctl optimize --no-pack writes a file without "
       "it"},
      {prepacked_content, "Weights that are packed for one kernel",
       "the file needs a LibTorch with this backend: run it on the target before you ship it"},
      {private_path, "A path of the machine that captured the file",
       "it reveals names of users and folders: write the file without its debug records: "
       "--strip-debug"},
      {tied_to_device, "Code or tensors that name a device",
       "capture it on the device it is to run on; map_location does not move what code names"},
      {unknown_namespace, "Operators of a library that LibTorch does not have",
       "load the library that registers the operators first, if you trust it"},
      {unknown_operator, "Operators that this LibTorch does not have",
       "write the file with the version of torch that loads it"},
      {unusable_file, "A file that cannot be used", "get the file again"},
  });
}

inline const FindingRule& rule_of(FindingCode code) {
  static constexpr auto kRules = finding_rules();
  for (const FindingRule& rule : kRules) {
    if (rule.code == code) return rule;
  }
  return kRules.back();
}

}  // namespace tsctl
