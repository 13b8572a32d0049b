"""Tries one way of capturing and compares the captured module with eager."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import torch

from ..explain.decorators import without_decorator
from ..explain.graph_reading import baked_constants, nodes_of
from ..explain.tracer_warnings import collected_warnings
from ..model.calls import Call
from ..reference.comparison import Comparison, compare
from ..reference.eager import run_every_call, run_sequence
from ..reference.outside import held_generators
from ..reference.probes import Budget, Probe
from ..reference.state import restored_state
from ..vocabulary import AttemptStatus, CaptureMode, ComparisonStatus, SizeStatus
from .argument_types import cast_error, refused_argument, tensor_for_tuple
from .generality import find_places, fixed_text, generality
from .observed import observed_capture
from .scripting import script
from .subject import Attempt, Subject
from .tracing import trace
from .value_decisions import release_sizes

_DRAW = "draw with torch.rand, torch.randn or torch.randint without generator=: a file cannot hold"
_RETURN_STATE = "return new state from forward instead of storing it, or compile the model (tsctl script)"
# A large model would otherwise run for minutes, and maybe no input takes another branch.
_SEARCH_SECONDS = 20.0
# An attempt that is wrong is not kept: after this time further differences are not worth their time.
_WRONG_SECONDS = 10.0


def attempt_trace(subject: Subject) -> Attempt:
    return attempted(Attempt(CaptureMode.TRACE), subject, trace)


def attempt_trace_again(subject: Subject, first: Attempt) -> Attempt | None:
    """A trace of the first call at whose sizes the first trace is wrong; None without such a call.

    Models often treat a size of 1 separately (no broadcast, no mask). A trace with 2 then follows eager at 1
    too, but a trace with 1 does not follow it at 2.
    """
    wrong = {item.label for item in first.comparisons if item.is_wrong}
    shape_of = _shapes(subject.calls[0])
    declared = zip(subject.calls, subject.outputs, strict=True)
    tried = [(call.label or call.title, call, outputs) for call, outputs in declared]
    tried += [(probe.title, probe.call, probe.outputs) for probe in subject.probes if probe.accepted]
    for label, call, outputs in tried:
        if label in wrong and _shapes(call) != shape_of:
            again = Attempt(CaptureMode.TRACE, example=(call, outputs), example_label=label)
            return attempted(again, subject, trace)
    return None


def _shapes(call: Call) -> list[torch.Size]:
    return [tensor.shape for tensor in call.tensors()]


def attempt_script(subject: Subject) -> Attempt:
    return attempted(Attempt(CaptureMode.SCRIPT), subject, script)


def attempted(attempt: Attempt, subject: Subject, capture: Callable[[Attempt, Subject], None]) -> Attempt:
    started = time.perf_counter()
    observed_capture(attempt, subject, capture)
    if attempt.module is not None:
        with restored_state(subject.model.module):  # a trace shares its buffers
            # A script has attributes of its own, in which the comparisons would leave their traces.
            own = attempt.mode == CaptureMode.SCRIPT and subject.stores and not subject.later
            before = copy.deepcopy(attempt.module) if own else None
            _compare_all(attempt, subject)
            if before is not None and attempt.module is not None:
                attempt.module = before
        if attempt.mode == CaptureMode.TRACE and not attempt.inside:
            attempt.baked = baked_constants(attempt.module)
    attempt.seconds = time.perf_counter() - started
    return attempt


def _compare_all(attempt: Attempt, subject: Subject) -> None:
    """Fills in the comparisons, the status and the reason."""
    if not _compare_declared(attempt, subject):
        return
    attempt.comparisons += _compare_later(attempt, subject)
    attempt.comparisons += _compare_sequence(attempt, subject)
    left = _compare_probes(attempt, subject)
    if not attempt.wrong and any(notice.decides for notice in attempt.notices):
        _search(attempt, subject)
    if not attempt.wrong and attempt.mode == CaptureMode.TRACE and not attempt.inside:
        _try_size_one(attempt, subject)
    is_general = not attempt.wrong and not attempt.decided_by_values
    attempt.status = AttemptStatus.KEPT if is_general else AttemptStatus.NOT_GENERAL
    if not attempt.inside:
        _explain(attempt, subject, left)


def _compare_declared(attempt: Attempt, subject: Subject) -> bool:
    """Compares the declared calls. Returns whether comparing other inputs is worth the time."""
    for call, outputs, eager_s in zip(subject.calls, subject.outputs, subject.eager_s, strict=True):
        _report_progress(attempt, subject)
        attempt.comparisons.append(_compare_one(attempt, subject, call, outputs, call.label or call.title))
        attempt.comparisons[-1].eager_s = eager_s
        if attempt.mode == CaptureMode.SCRIPT and _refuses(attempt, subject, call):
            return False
        if attempt.inside and attempt.wrong:
            return False  # an inner attempt reports neither the reason nor further inputs
    return True


def _compare_probes(attempt: Attempt, subject: Subject) -> int:
    """Compares the probes; of a slow attempt that is wrong already only some. Returns how many are left."""
    budget = Budget(_WRONG_SECONDS)
    for done, probe in enumerate(subject.probes):
        if attempt.wrong and budget.is_spent:
            return len(subject.probes) - done
        _report_progress(attempt, subject)
        attempt.comparisons.append(_compare_probe(attempt, subject, probe))
    return 0


def _explain(attempt: Attempt, subject: Subject, left: int) -> None:
    """Fills in what is known about each size, the reason and the remedy. `left` probes were not compared."""
    outside = next((notice for notice in attempt.decided_by_values if notice.is_from_outside), None)
    if outside is not None:
        attempt.remedy = f"{outside.instead}: {outside.place} `{outside.line}`"
    if attempt.wrong:
        # They show which of several sizes is wrong.
        attempt.singles = [
            _compare_probe(attempt, subject, probe) for probe in subject.singles if probe.accepted
        ]
    attempt.generality = generality(subject, attempt)
    if not attempt.wrong:
        if attempt.decided_by_values:
            attempt.reason = decided_reason(attempt)
        return
    if attempt.decided_by_values:
        release_sizes(attempt.generality, subject, attempt)
    find_places(attempt.generality, subject, attempt, lambda call: _traced_at(call, subject))
    attempt.reason = _reason(attempt, subject) + (f"; {left} more were not compared" if left else "")
    if attempt.mode == CaptureMode.SCRIPT:
        attempt.remedy = without_decorator(subject.model)
    held = held_generators(subject.model.module)
    if held and outside is None:
        attempt.remedy = f"{_DRAW} {', '.join(held)}"
    elif outside is None and all(item.number > 1 for item in attempt.wrong):
        attempt.remedy = _RETURN_STATE


def _refuses(attempt: Attempt, subject: Subject, call: Call) -> bool:
    """Whether the script does not take an argument of the call, which was compared last."""
    refused = refused_argument(attempt.comparisons[-1].detail, subject.model, call)
    refused = refused or tensor_for_tuple(attempt.module, subject.model, call)
    if refused is not None:
        attempt.reason, attempt.remedy = refused
        attempt.module = None
    return refused is not None


def _compare_later(attempt: Attempt, subject: Subject) -> list[Comparison]:
    """The later calls of each set with eager's, unless a first call differs already."""
    if not subject.later or attempt.wrong:
        return []
    found = []
    for call in subject.calls:
        expected = {one.number: one.outputs for one in subject.later if one.call is call}
        with torch.jit.optimized_execution(False):
            answers = run_every_call(attempt.module, [attempt.given(call)], subject.device)
        for answer in answers[1:]:
            outputs = expected[answer.number]
            names = attempt.output_names(outputs) if attempt.flattens else []
            one = compare(attempt.arrange(outputs), answer.outputs, names, subject.tolerances)
            one.label, one.call = f"{call.label or call.title}, call {answer.number}", call
            one.probe = one.only_values = True
            one.number = answer.number
            found.append(one)
    return found


def _compare_sequence(attempt: Attempt, subject: Subject) -> list[Comparison]:
    """Calls with different inputs, unless a call by itself differs already."""
    if not subject.sequence or attempt.wrong or attempt.inside:
        return []
    calls = [attempt.given(call) for call, _ in subject.sequence]
    try:
        with torch.jit.optimized_execution(False):
            answers = run_sequence(attempt.module, calls, subject.device)
    except Exception as error:
        found = Comparison(
            status=ComparisonStatus.RAISED, reason=f"it raises {_runtime_message(error)}", detail=str(error)
        )
        found.label, found.probe, found.number = "a sequence of different inputs", True, 2
        found.only_values, found.call = True, calls[0]
        return [found]
    compared = []
    for number, ((call, outputs), answer) in enumerate(zip(subject.sequence, answers, strict=True), 1):
        names = attempt.output_names(outputs) if attempt.flattens else []
        one = compare(attempt.arrange(outputs), answer, names, subject.tolerances)
        one.label, one.call, one.number = f"call {number} of a sequence of different inputs", call, number
        one.probe = one.only_values = True
        compared.append(one)
    return compared


def decided_reason(attempt: Attempt) -> str:
    """The first decision by values that no comparison shows to be wrong."""
    decided = attempt.decided_by_values
    kept = "the example's" if decided[0].is_from_outside else "what the example decided"
    more = f" (and {len(decided) - 1} more like it)" if len(decided) > 1 else ""
    tried = len(attempt.comparisons)
    return (
        f"{decided[0].cause}{more}, and the trace keeps {kept}; "
        f"none of the {tried} inputs that were tried shows a difference"
    )


def _report_progress(attempt: Attempt, subject: Subject) -> None:
    if subject.events is not None and not attempt.inside:
        share = len(attempt.comparisons) / (len(subject.calls) + len(subject.probes))
        subject.events.share_done(f"comparing the {attempt.mode} with eager", share)


def _traced_at(call: Call, subject: Subject) -> torch.jit.ScriptModule | None:
    other = Attempt(CaptureMode.TRACE, example=(call, subject.outputs[0]))
    with collected_warnings():
        trace(other, subject)
    return other.module


def _compare_probe(attempt: Attempt, subject: Subject, probe: Probe) -> Comparison:
    if probe.accepted:
        found = _compare_one(attempt, subject, probe.call, probe.outputs, probe.title, probe)
    else:
        found = Comparison(probe.title, True, ComparisonStatus.REFUSED, probe.error, call=probe.call)
        found.only_values = not probe.inputs
    found.eager_s = probe.eager_s
    return found


def _search(attempt: Attempt, subject: Subject) -> None:
    """Compares more values until one shows what the trace decided by its example; later attempts get it too.

    If none shows it, the trace is kept, and the report says how many inputs were compared.
    """
    until = time.perf_counter() + _SEARCH_SECONDS
    limits = [limit for notice in attempt.notices for limit in notice.limits]
    for probe in subject.search(list(dict.fromkeys(limits))):
        if time.perf_counter() > until:
            break
        attempt.comparisons.append(_compare_probe(attempt, subject, probe))
        if attempt.wrong:
            subject.probes.append(probe)
            return


def _try_size_one(attempt: Attempt, subject: Subject) -> None:
    """squeeze() removes an axis of size 1, and a trace has no record of code that looks at the number of axes."""
    if not any(node.kind() == "aten::squeeze" for node in nodes_of(attempt.module.inlined_graph)):
        return
    tried = {item.label for item in attempt.comparisons}
    for probe in subject.size_one():
        if probe.title not in tried and probe.accepted:
            found = _compare_probe(attempt, subject, probe)
            found.after_search = True
            attempt.comparisons.append(found)
            if found.is_wrong:
                subject.probes.append(probe)


def _reason(attempt: Attempt, subject: Subject) -> str:
    """The first comparison that differs, and the code that causes it."""
    wrong = attempt.wrong
    first = next((item for item in wrong if not item.probe), wrong[0])
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    text = f"it differs from eager for {first.label}: {first.reason}{more}"
    outside = [notice for notice in attempt.decided_by_values if notice.is_from_outside]
    if outside:
        return f"{text}; {outside[0].cause}"
    if first.number > 1 and attempt.mode == CaptureMode.TRACE:
        return text + "; a trace does not keep what forward assigns to attributes of the model"
    fixed = [entry for entry in attempt.generality if entry.status == SizeStatus.FIXED]
    if fixed and not _shows_values(attempt, subject):
        return text + "".join(f"; {fixed_text(entry)}" for entry in fixed[:2])
    branches = [notice for notice in attempt.notices if notice.is_branch]
    branches = (
        [notice for notice in branches if notice.decides_by_value]
        or [notice for notice in branches if notice.is_other_branch]
        or branches
    )
    values = [notice for notice in attempt.notices if notice.decides]
    values = [notice for notice in values if notice.decides_by_value] or values
    if branches and branches[0].is_other_branch:
        return f"{text}; {branches[0].cause}"
    if branches:
        others = f" (and {len(branches) - 1} more like it)" if len(branches) > 1 else ""
        return text + f"; the example decided the branch at {branches[0].place} `{branches[0].line}`{others}"
    if values:
        return text + f"; the example fixed a value at {values[0].place} `{values[0].line}`"
    return text


def _shows_values(attempt: Attempt, subject: Subject) -> bool:
    """Whether a comparison differs in which only values were changed."""
    example = _shapes(attempt.example[0] if attempt.example else subject.calls[0])
    return any(
        item.is_wrong and item.call is not None and _shapes(item.call) == example
        for item in attempt.comparisons
    )


def _compare_one(
    attempt: Attempt, subject: Subject, call: Call, outputs: Any, label: str, probe: Probe | None = None
) -> Comparison:
    started = time.perf_counter()
    try:
        # Without profiling and fusion; verification compares the outputs that these give.
        with torch.jit.optimized_execution(False):
            answer = subject.run(attempt.module, attempt.given(call), attempt.mode == CaptureMode.TRACE)
    except Exception as error:
        found = Comparison(
            status=ComparisonStatus.RAISED, reason=f"it raises {_runtime_message(error)}", detail=str(error)
        )
        captured_s = time.perf_counter() - started
    else:
        captured_s = time.perf_counter() - started
        names = attempt.output_names(outputs) if attempt.flattens else []
        found = compare(attempt.arrange(outputs), answer, names, subject.tolerances)
    if found.status != ComparisonStatus.SAME and probe is not None and not _eager_repeats(subject, probe):
        found = Comparison(
            status=ComparisonStatus.REFUSED, reason="eager gives other outputs when it runs again"
        )
    found.label, found.probe, found.captured_s, found.call = label, probe is not None, captured_s, call
    found.only_values = probe is not None and not probe.inputs
    return found


def _eager_repeats(subject: Subject, probe: Probe) -> bool:
    try:
        again = subject.run(subject.model.module, probe.call)
    except (Exception, SystemExit):
        return False
    return compare(probe.outputs, again, [], subject.tolerances).status == ComparisonStatus.SAME


def _runtime_message(error: BaseException) -> str:
    """The last line of the interpreter's message, which comes from the operator; a cast error in words."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if cast := cast_error(str(error)):
        return cast
    return lines[-1].rstrip(".") if lines else type(error).__name__
