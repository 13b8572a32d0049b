"""Captures the model in one mode, compares the captured module with eager mode, and says whether it is general."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from ..explain.graph_reading import baked_constants, nodes_of, whole_graph
from ..model.calls import Call
from ..reference.probes import Budget
from ..reference.state import restored_state
from ..vocabulary import AttemptStatus, CaptureMode
from .argument_types import refused_argument, tensor_for_tuple
from .comparisons import compare_call, compare_later_calls, compare_probe, compare_sequence
from .observed import observed_capture
from .reasons import explain
from .scripting import script
from .subject import Attempt, Subject
from .tracing import trace

# A large model would otherwise run for minutes, and maybe no input takes another branch.
_SEARCH_SECONDS = 20.0
# An attempt that is wrong is not kept: after this time further differences are not worth their time.
_WRONG_SECONDS = 10.0


def attempt_trace(subject: Subject) -> Attempt:
    return attempted(Attempt(CaptureMode.TRACE), subject, trace)


def attempt_trace_again(subject: Subject, first: Attempt) -> Attempt | None:
    """A trace of the first call at whose sizes the first trace is wrong; None without such a call.

    Models often treat a size of 1 separately (no broadcast, no mask). A trace with 2 is then right at 1 too, but a
    trace with 1 is wrong at 2.
    """
    wrong = {item.label for item in first.comparisons if item.is_wrong}
    for label, call, outputs in _inputs_with_outputs(subject):
        if label in wrong and call.shapes != subject.calls[0].shapes:
            again = Attempt(CaptureMode.TRACE, example=(call, outputs), example_label=label)
            return attempted(again, subject, trace)
    return None


def _inputs_with_outputs(subject: Subject) -> list[tuple[str, Call, Any]]:
    """The declared calls and the probes, with their labels and eager's outputs."""
    declared = zip(subject.calls, subject.outputs, strict=True)
    found = [(_label(call), call, outputs) for call, outputs in declared]
    return found + [(one.title, one.call, one.outputs) for one in subject.probes if one.accepted]


def _label(call: Call) -> str:
    return call.label or call.title


def attempt_script(subject: Subject) -> Attempt:
    return attempted(Attempt(CaptureMode.SCRIPT), subject, script)


def attempted(attempt: Attempt, subject: Subject, capture: Callable[[Attempt, Subject], None]) -> Attempt:
    """The attempt with its module, the comparisons, the status and the reason."""
    started = time.perf_counter()
    observed_capture(attempt, subject, capture)
    if attempt.module is not None:
        with restored_state(subject.model.module):  # a trace shares its buffers
            # A script has attributes of its own, in which the comparisons would leave their traces.
            own = attempt.mode == CaptureMode.SCRIPT and subject.stores and not subject.later
            before = copy.deepcopy(attempt.module) if own else None
            _judge(attempt, subject)
            if before is not None and attempt.module is not None:
                attempt.module = before
        if attempt.mode == CaptureMode.TRACE and not attempt.inside:
            attempt.baked = baked_constants(attempt.module)
    attempt.seconds = time.perf_counter() - started
    return attempt


def _judge(attempt: Attempt, subject: Subject) -> None:
    """Compares all inputs, and fills in the status and the reason."""
    if not _compare_declared(attempt, subject):
        return
    if not attempt.wrong:
        attempt.comparisons += compare_later_calls(attempt, subject)
    if not attempt.wrong:
        attempt.comparisons += compare_sequence(attempt, subject)
    not_compared = _compare_probes(attempt, subject)
    if not attempt.wrong and any(notice.decides for notice in attempt.notices):
        _search(attempt, subject)
    if not attempt.wrong and attempt.mode == CaptureMode.TRACE and not attempt.inside:
        _try_size_one(attempt, subject)
    is_general = not attempt.wrong and not attempt.decided_by_values
    attempt.status = AttemptStatus.KEPT if is_general else AttemptStatus.NOT_GENERAL
    if not attempt.inside:
        explain(attempt, subject, not_compared)


def _compare_declared(attempt: Attempt, subject: Subject) -> bool:
    """Compares the declared calls. Returns whether comparing other inputs is worth the time."""
    for call, outputs, eager_s in zip(subject.calls, subject.outputs, subject.eager_s, strict=True):
        _report_progress(attempt, subject)
        attempt.comparisons.append(compare_call(attempt, subject, call, outputs, _label(call)))
        attempt.comparisons[-1].eager_s = eager_s
        if attempt.mode == CaptureMode.SCRIPT and _refuses(attempt, subject, call):
            return False
        if attempt.inside and attempt.wrong:
            return False  # an inner attempt reports neither the reason nor further inputs
    return True


def _refuses(attempt: Attempt, subject: Subject, call: Call) -> bool:
    """Whether the script does not take an argument of the call, which was compared last."""
    refused = refused_argument(attempt.comparisons[-1].detail, subject.model, call)
    refused = refused or tensor_for_tuple(attempt.module, subject.model, call)
    if refused is not None:
        attempt.reason, attempt.remedy = refused
        attempt.module = None
    return refused is not None


def _compare_probes(attempt: Attempt, subject: Subject) -> int:
    """Compares the probes; of a slow attempt that is wrong only some. Returns how many were not compared."""
    budget = Budget(_WRONG_SECONDS)
    for done, probe in enumerate(subject.probes):
        if attempt.wrong and budget.is_spent:
            return len(subject.probes) - done
        _report_progress(attempt, subject)
        attempt.comparisons.append(compare_probe(attempt, subject, probe))
    return 0


def _report_progress(attempt: Attempt, subject: Subject) -> None:
    if subject.events is not None and not attempt.inside:
        share = len(attempt.comparisons) / (len(subject.calls) + len(subject.probes))
        subject.events.share_done(f"comparing the {attempt.mode} with eager", share)


def _search(attempt: Attempt, subject: Subject) -> None:
    """Compares more values until one shows what the trace decided by its example; later attempts get it too.

    If none shows it, the trace is kept, and the report says how many inputs were compared.
    """
    until = time.perf_counter() + _SEARCH_SECONDS
    limits = [limit for notice in attempt.notices for limit in notice.limits]
    for probe in subject.search(list(dict.fromkeys(limits))):
        if time.perf_counter() > until:
            break
        attempt.comparisons.append(compare_probe(attempt, subject, probe))
        if attempt.wrong:
            subject.probes.append(probe)
            return


def _try_size_one(attempt: Attempt, subject: Subject) -> None:
    """squeeze() removes an axis of size 1, and a trace has no record of code that looks at the number of axes."""
    if not any(node.kind() == "aten::squeeze" for node in nodes_of(whole_graph(attempt.module))):
        return
    tried = {item.label for item in attempt.comparisons}
    for probe in subject.size_one():
        if probe.title not in tried and probe.accepted:
            found = compare_probe(attempt, subject, probe)
            found.after_search = True
            attempt.comparisons.append(found)
            if found.is_wrong:
                subject.probes.append(probe)
