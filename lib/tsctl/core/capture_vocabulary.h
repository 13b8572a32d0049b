#pragma once

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// How to capture; automatic traces, and scripts what a trace cannot represent.
enum class CaptureMode { automatic, trace, script };

constexpr auto names_of(CaptureMode) {
  using enum CaptureMode;
  return std::to_array<Named<CaptureMode>>({
      {automatic, "auto"},
      {trace, "trace"},
      {script, "script"},
  });
}

// How a module was captured.
enum class CaptureMethod { trace, script };

constexpr auto names_of(CaptureMethod) {
  using enum CaptureMethod;
  return std::to_array<Named<CaptureMethod>>({
      {trace, "trace"},
      {script, "script"},
  });
}

// failed: no attempt gave a file.
enum class CaptureStatus { captured, not_general, failed };

constexpr auto names_of(CaptureStatus) {
  using enum CaptureStatus;
  return std::to_array<Named<CaptureStatus>>({
      {captured, "captured"},
      {not_general, "not_general"},
      {failed, "failed"},
  });
}

// set_aside: it equals eager mode in every comparison, but it keeps a decision of its example, and another attempt does
// not.
enum class AttemptStatus { kept, not_general, set_aside, failed };

constexpr auto names_of(AttemptStatus) {
  using enum AttemptStatus;
  return std::to_array<Named<AttemptStatus>>({
      {kept, "kept"},
      {not_general, "not_general"},
      {set_aside, "set_aside"},
      {failed, "failed"},
  });
}

// Eager and the captured module on one call. raised: the captured module did, eager did not. refused: eager raised.
enum class CallOutcome { same, differ, raised, refused };

constexpr auto names_of(CallOutcome) {
  using enum CallOutcome;
  return std::to_array<Named<CallOutcome>>({
      {same, "same"},
      {differ, "differ"},
      {raised, "raised"},
      {refused, "refused"},
  });
}

// The kind of a message of torch. tracer_warning is any other message of the tracer; capture_warning does not come from
// the tracer.
enum class NoticeCode {
  branch_decided,
  value_baked_in,
  length_taken,
  constant_tensor,
  mismatch,
  nondeterminism,
  tracer_warning,
  capture_warning
};

constexpr auto names_of(NoticeCode) {
  using enum NoticeCode;
  return std::to_array<Named<NoticeCode>>({
      {branch_decided, "branch_decided"},
      {value_baked_in, "value_baked_in"},
      {length_taken, "length_taken"},
      {constant_tensor, "constant_tensor"},
      {mismatch, "mismatch"},
      {nondeterminism, "nondeterminism"},
      {tracer_warning, "tracer_warning"},
      {capture_warning, "capture_warning"},
  });
}

// What a decision of a trace depends on: values of inputs, sizes of inputs, or constants and weights. check: values, but
// the code only raises or prints.
enum class DecidedBy { unknown, values, check, sizes, constants };

constexpr auto names_of(DecidedBy) {
  using enum DecidedBy;
  return std::to_array<Named<DecidedBy>>({
      {unknown, "unknown"},
      {values, "values"},
      {check, "check"},
      {sizes, "sizes"},
      {constants, "constants"},
  });
}

// What a trace keeps of its example.
enum class BakedKind { device, dtype };

constexpr auto names_of(BakedKind) {
  using enum BakedKind;
  return std::to_array<Named<BakedKind>>({
      {device, "device"},
      {dtype, "dtype"},
  });
}

// Where the line takes it from.
enum class BakedOrigin { tensor, code };

constexpr auto names_of(BakedOrigin) {
  using enum BakedOrigin;
  return std::to_array<Named<BakedOrigin>>({
      {tensor, "tensor"},
      {code, "code"},
  });
}

// general: the captured module follows eager at other sizes too. fixed: only at the size of the example. refused:
// eager takes no other size.
enum class SizeStatus { general, fixed, refused, not_tried };

constexpr auto names_of(SizeStatus) {
  using enum SizeStatus;
  return std::to_array<Named<SizeStatus>>({
      {general, "general"},
      {fixed, "fixed"},
      {refused, "refused"},
      {not_tried, "not_tried"},
  });
}

// inside: captured in the same way as the part around it.
enum class SubmoduleMode { traced, scripted, inside };

constexpr auto names_of(SubmoduleMode) {
  using enum SubmoduleMode;
  return std::to_array<Named<SubmoduleMode>>({
      {traced, "traced"},
      {scripted, "scripted"},
      {inside, "inside"},
  });
}

}  // namespace tsctl
