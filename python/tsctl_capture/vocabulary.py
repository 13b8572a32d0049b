"""The closed vocabularies of requests, results and messages. Reports hold these words: none may change."""

from __future__ import annotations

from enum import StrEnum


class CaptureMode(StrEnum):
    AUTOMATIC = "auto"
    TRACE = "trace"
    SCRIPT = "script"


class CaptureStatus(StrEnum):
    CAPTURED = "captured"
    NOT_GENERAL = "not_general"
    FAILED = "failed"


class AttemptStatus(StrEnum):
    KEPT = "kept"
    NOT_GENERAL = "not_general"
    SET_ASIDE = "set_aside"  # it is general as far as was seen, but another attempt is safer
    FAILED = "failed"


class ComparisonStatus(StrEnum):
    SAME = "same"
    DIFFER = "differ"
    RAISED = "raised"  # the captured module raised, eager did not
    REFUSED = "refused"  # eager raised


class SubmoduleMode(StrEnum):
    TRACED = "traced"
    SCRIPTED = "scripted"
    INSIDE = "inside"  # captured like the module around it


class SizeStatus(StrEnum):
    """What is known of one size of an input."""

    GENERAL = "general"
    FIXED = "fixed"  # the captured module is right at the captured size only
    REFUSED = "refused"  # eager takes no other size
    NOT_TRIED = "not_tried"


class ConstantKind(StrEnum):
    DEVICE = "device"
    DTYPE = "dtype"


class ConstantOrigin(StrEnum):
    """Where the code of a constant's line takes the value from."""

    TENSOR = "tensor"
    CODE = "code"


class ErrorKind(StrEnum):
    """The names of core's ErrorKind that Python raises."""

    USAGE = "usage"
    INPUT = "input"
    CAPTURE = "capture"
    EXECUTION = "execution"
    ENVIRONMENT = "environment"


class NoticeCode(StrEnum):
    """What torch warned of during a capture."""

    BRANCH_DECIDED = "branch_decided"
    LENGTH_TAKEN = "length_taken"
    VALUE_BAKED_IN = "value_baked_in"
    CONSTANT_TENSOR = "constant_tensor"
    MISMATCH = "mismatch"
    NONDETERMINISM = "nondeterminism"
    TRACER_WARNING = "tracer_warning"  # another warning of the tracer
    CAPTURE_WARNING = "capture_warning"  # a warning of other code


class DecidedBy(StrEnum):
    """What a decision of a trace depends on."""

    UNKNOWN = "unknown"
    VALUES = "values"  # of inputs, or of random numbers
    CHECK = "check"  # values too, but the code only raises or prints
    SIZES = "sizes"
    CONSTANTS = "constants"  # weights too


class WarningCode(StrEnum):
    """The warnings of a job, for the user."""

    PREPARED = "prepared"
    OUTPUT_LEFT_OUT = "output_left_out"
    STATE_WRITTEN = "state_written"
    ATTRIBUTE_WRITTEN = "attribute_written"
    INPUT_WRITTEN = "input_written"
    EAGER_NOT_FINITE = "eager_not_finite"
    OTHER_EXAMPLE = "other_example"
    EXPORT_LEFT_OUT = "export_left_out"
    LATER_CALLS_LEFT_OUT = "later_calls_left_out"
    DECIDED_BY_EXAMPLE = "decided_by_example"
    SIZE_FIXED = "size_fixed"
    TIED_TO_DEVICE = "tied_to_device"
    TUNING_NOT_AVAILABLE = "tuning_not_available"
    PYTHON_NOT_SUPPORTED = "python_not_supported_by_torchscript"
    PYTHON_WARNING = "python_warning"


class ValueKind(StrEnum):
    """The kinds of an encoded value in a tensor file."""

    TENSOR = "tensor"
    NONE = "none"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    REAL = "real"
    STRING = "string"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"


class ValueChange(StrEnum):
    """How the values of a drawn input are changed for a probe."""

    NONE = ""
    MIRRORED = "mirrored"
    NEGATIVE = "negative"
    ZERO = "zero"
    LARGE = "large"


class Job(StrEnum):
    """The jobs that C++ asks for."""

    CAPTURE = "capture"
    EAGER = "eager"
    LOAD_INPUTS = "load_inputs"
    LOCATE = "locate"
    OPEN_ARM = "open_arm"
    RUNTIME = "runtime"
