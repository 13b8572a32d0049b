#pragma once

#include <string>
#include <utility>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

namespace tsctl {

// Every warning that tsctl gives. docs/report-schema.md explains each.
enum class WarningCode {
  active_dropout,
  already_frozen,
  attribute_written,
  calls_not_followed,
  cannot_be_loaded,
  code_runs_on_load,
  code_touches_files,
  crc_mismatch,
  decided_by_example,
  eager_not_finite,
  empty_output,
  export_left_out,
  host_busy,
  inexact_pass_left_out,
  input_written,
  inputs_name_code,
  later_calls_left_out,
  libtorch_not_described,
  method_not_verified,
  not_timed,
  not_verified,
  other_example,
  output_dropped,
  output_left_out,
  overloaded,
  oversubscribed,
  page_faults_differ,
  page_faults_of_arms_differ,
  pass_left_out,
  prepared,
  python_not_supported_by_torchscript,
  python_warning,
  reference_proves_nothing,
  size_fixed,
  slower_than_input,
  state_written,
  tied_to_device,
  too_few_launches,
  training_mode,
  tuning_not_available,
  warm_up_not_steady,
  was_training,
};

constexpr auto names_of(WarningCode) {
  using enum WarningCode;
  return std::to_array<Named<WarningCode>>({
      {active_dropout, "active_dropout"},
      {already_frozen, "already_frozen"},
      {attribute_written, "attribute_written"},
      {calls_not_followed, "calls_not_followed"},
      {cannot_be_loaded, "cannot_be_loaded"},
      {code_runs_on_load, "code_runs_on_load"},
      {code_touches_files, "code_touches_files"},
      {crc_mismatch, "crc_mismatch"},
      {decided_by_example, "decided_by_example"},
      {eager_not_finite, "eager_not_finite"},
      {empty_output, "empty_output"},
      {export_left_out, "export_left_out"},
      {host_busy, "host_busy"},
      {inexact_pass_left_out, "inexact_pass_left_out"},
      {input_written, "input_written"},
      {inputs_name_code, "inputs_name_code"},
      {later_calls_left_out, "later_calls_left_out"},
      {libtorch_not_described, "libtorch_not_described"},
      {method_not_verified, "method_not_verified"},
      {not_timed, "not_timed"},
      {not_verified, "not_verified"},
      {other_example, "other_example"},
      {output_dropped, "output_dropped"},
      {output_left_out, "output_left_out"},
      {overloaded, "overloaded"},
      {oversubscribed, "oversubscribed"},
      {page_faults_differ, "page_faults_differ"},
      {page_faults_of_arms_differ, "page_faults_of_arms_differ"},
      {pass_left_out, "pass_left_out"},
      {prepared, "prepared"},
      {python_not_supported_by_torchscript, "python_not_supported_by_torchscript"},
      {python_warning, "python_warning"},
      {reference_proves_nothing, "reference_proves_nothing"},
      {size_fixed, "size_fixed"},
      {slower_than_input, "slower_than_input"},
      {state_written, "state_written"},
      {tied_to_device, "tied_to_device"},
      {too_few_launches, "too_few_launches"},
      {training_mode, "training_mode"},
      {tuning_not_available, "tuning_not_available"},
      {warm_up_not_steady, "warm_up_not_steady"},
      {was_training, "was_training"},
  });
}

// The code of a warning as a document holds it. Code names a WarningCode; a report of another version, or another
// process, may hold a code that this version does not know, and it is kept unchanged.
class WarningCodeText {
 public:
  WarningCodeText() = default;
  WarningCodeText(WarningCode code) : text_(name_of(code)) {}
  WarningCodeText(std::string text) : text_(std::move(text)) {}

  const std::string& text() const noexcept { return text_; }
  operator const std::string&() const noexcept { return text_; }

  bool operator==(const WarningCodeText&) const = default;
  bool operator==(WarningCode code) const { return text_ == name_of(code); }

 private:
  std::string text_ = {};
};

// A warning in the report. The code is stable; the text is for people.
struct Warning {
  WarningCodeText code = {};
  std::string text = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Warning& value) {
  visit("code", value.code, "What the warning is about; stable");
  visit("text", value.text, "One sentence for people");
}

}  // namespace tsctl
