"""Tries the ways of capturing one after the other and keeps the first module that follows eager."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import torch

from ..errors import CaptureError
from ..events import Events
from ..explain.python_operators import require_compiled_operators
from ..model.exports import exported_methods, pass_on_exports
from ..model.input_adapter import fixes_values
from ..request import CaptureRequest
from ..vocabulary import AttemptStatus, CaptureMode, DecidedBy, ErrorKind, SizeStatus
from .attempts import attempt_script, attempt_trace, attempt_trace_again
from .mixed import attempt_divided, attempt_scripted_inside, attempt_traced_inside
from .names import require_readable_fields, require_readable_file, require_readable_names
from .remedies import find_remedy
from .saving import save_module
from .scripting import TRACE_INSTEAD, TRACING_WORKS, explain_unsaved
from .shape_guard import guarded
from .subject import Attempt, SizeGenerality, Subject


@dataclass
class Chosen:
    """The attempts, and the one that is kept; without a module only the failure."""

    attempts: list[Attempt] = field(default_factory=list)
    kept: Attempt = field(default_factory=lambda: Attempt(CaptureMode.AUTOMATIC))
    failure: CaptureError | None = None
    save_s: float = 0.0


def choose(request: CaptureRequest, subject: Subject, events: Events) -> Chosen:
    """Writes the module of the attempt that is kept to request.model_path.

    Raises CaptureError{environment} if the file cannot be written.
    """
    return _Choice(request, subject, events).made()


# A script would not follow these decisions better than the trace.
_HARMLESS = (DecidedBy.CONSTANTS, DecidedBy.CHECK)

Way = Callable[[], list[Attempt]]


@dataclass
class _Choice:
    request: CaptureRequest
    subject: Subject
    events: Events
    chosen: Chosen = field(default_factory=Chosen)

    def made(self) -> Chosen:
        chosen = self.chosen
        for way in self._ways():
            for attempt in way():
                chosen.attempts.append(attempt)
                if attempt.module is not None and not self._is_readable(attempt):
                    return chosen
                if attempt.status == AttemptStatus.KEPT and self._saved(attempt):
                    chosen.kept = self._safer(attempt)
                    return chosen
        self._forget_tracing()
        if not self.request.require_general:
            for attempt in chosen.attempts:
                if self._is_wrong_at_sizes_only(attempt) and self._guard(attempt):
                    chosen.kept = attempt
                    return chosen
        for attempt in chosen.attempts:
            if attempt.status == AttemptStatus.NOT_GENERAL:
                self._find_remedy()
                with suppress(CaptureError):  # --keep-failed then has no file to keep
                    save_module(attempt.module, self.request.model_path)
                chosen.kept = attempt
                return chosen
        self._find_remedy()
        chosen.failure = _failure(self.request, chosen.attempts)
        return chosen

    def _forget_tracing(self) -> None:
        """Where a trace was tried and not kept, no diagnosis says that tracing would do."""
        attempts = self.chosen.attempts
        if not any(one.mode == CaptureMode.TRACE and one.status != AttemptStatus.KEPT for one in attempts):
            return
        for attempt in attempts:
            if attempt.diagnosis is not None and attempt.diagnosis.tracing.startswith(TRACING_WORKS):
                attempt.diagnosis = replace(attempt.diagnosis, tracing="")
                if attempt.hint.startswith(TRACE_INSTEAD):
                    attempt.hint = ""

    def _find_remedy(self) -> None:
        script = next(
            (one for one in self.chosen.attempts if one.diagnosis is not None and not one.mixed), None
        )
        if script is not None:
            self.events.progress("trying the changes that the diagnoses propose")
            find_remedy(script, self.subject)
            if script.remedy:  # one change that was tried
                for attempt in self.chosen.attempts:
                    attempt.remedy = script.remedy if attempt is script else ""

    def _is_readable(self, attempt: Attempt) -> bool:
        """Whether a file with the module can be read back; if not, no other way of capturing helps."""
        try:
            require_readable_names(attempt.module)
            if not attempt.flattens:
                require_readable_fields(self.subject.outputs[0])
            require_compiled_operators(attempt.module)
        except CaptureError as error:
            attempt.status, attempt.reason, attempt.hint = AttemptStatus.FAILED, error.message, error.hint
            self.chosen.failure = error
            return False
        return True

    def _ways(self) -> list[Way]:
        if self.request.trace_submodules or self.request.script_submodules:
            return [self._try_divided]
        if self.request.mode == CaptureMode.TRACE:
            return [self._try_trace]
        if isinstance(self.subject.model.module, torch.jit.ScriptModule):
            return [self._try_script]  # it is compiled already
        if self.request.mode == CaptureMode.SCRIPT:
            return [self._try_script]
        if fixes_values(self.subject.calls[0]):
            return [self._try_script, self._try_traced_inside, self._try_trace, self._try_scripted_inside]
        return [self._try_trace, self._try_script, self._try_scripted_inside, self._try_traced_inside]

    def _try_trace(self) -> list[Attempt]:
        self.events.progress("tracing")
        first = attempt_trace(self.subject)
        if first.status != AttemptStatus.NOT_GENERAL:
            return [first]
        again = attempt_trace_again(self.subject, first)
        return [first, again] if again is not None and again.status == AttemptStatus.KEPT else [first]

    def _try_script(self) -> list[Attempt]:
        self.events.progress("scripting")
        return [attempt_script(self.subject)]

    def _try_divided(self) -> list[Attempt]:
        self.events.progress("capturing the named submodules separately")
        return [attempt_divided(self.subject, self.request)]

    def _try_scripted_inside(self) -> list[Attempt]:
        self.events.progress("looking for submodules to script inside a trace")
        return attempt_scripted_inside(self.subject)

    def _try_traced_inside(self) -> list[Attempt]:
        self.events.progress("looking for submodules to trace inside a script")
        return attempt_traced_inside(self.subject)

    def _safer(self, attempt: Attempt) -> Attempt:
        """A script instead of a trace that decided something by its example, if the model can be scripted.

        The inputs that were tried may not show what the trace decided; a script keeps the branch.
        """
        by_example = any(notice.decides and notice.decided_by not in _HARMLESS for notice in attempt.notices)
        decided = by_example or bool(attempt.other_branches)
        is_plain_trace = attempt.mode == CaptureMode.TRACE and not attempt.mixed
        is_first = self.chosen.attempts[0] is attempt
        if not (decided and is_plain_trace and is_first and self.request.mode == CaptureMode.AUTOMATIC):
            return attempt
        for script in self._try_script():
            self.chosen.attempts.append(script)
            safer = script.status == AttemptStatus.KEPT and (by_example or not script.other_branches)
            if safer and self._saved(script):
                attempt.status = AttemptStatus.SET_ASIDE
                places = attempt.deciding_places
                attempt.reason = f"it keeps decisions of its example at {places}, and the script does not"
                if not by_example:
                    places = attempt.other_branches
                    attempt.reason = (
                        f"it takes another branch than eager mode at {places}, and the script does not"
                    )
                return script
        self._saved(attempt)  # again, because the script may have overwritten the file
        return attempt

    def _saved(self, attempt: Attempt) -> bool:
        """Writes the attempt's module; false if a file cannot hold it."""
        self.events.progress("writing the captured module")
        started = time.perf_counter()
        try:
            save_module(attempt.module, self.request.model_path)
            require_readable_file(self.request.model_path)
        except CaptureError as error:
            if error.kind != ErrorKind.CAPTURE:
                raise
            attempt.status = AttemptStatus.FAILED
            attempt.reason, attempt.detail, attempt.hint = error.message, error.detail, error.hint
            explain_unsaved(attempt, error.__cause__, self.subject.model)
            return False
        self.chosen.save_s = time.perf_counter() - started
        return True

    def _is_wrong_at_sizes_only(self, attempt: Attempt) -> bool:
        """Whether the attempt follows eager on every declared set, and differs only at other sizes."""
        if attempt.status != AttemptStatus.NOT_GENERAL or not attempt.wrong:
            return False
        if attempt.decided_by_values:
            return False
        sized = {probe.title for probe in self.subject.probes if probe.inputs}
        return all(item.probe and item.label in sized for item in attempt.wrong)

    def _guard(self, attempt: Attempt) -> bool:
        """Keeps the attempt with a check of its inputs' sizes; false if that is not possible."""
        fixed = [
            entry for entry in attempt.generality if entry.status == SizeStatus.FIXED or entry.without_one
        ]
        if not fixed:
            return False
        unguarded = attempt.module
        try:
            attempt.module = guarded(unguarded, fixed)
        except Exception:
            return False  # a parameter's type has no source text, or the size is inside a structure
        exported = [
            name for name in exported_methods(self.subject.model.module) if name not in attempt.left_out
        ]
        attempt.left_out = [*attempt.left_out, *pass_on_exports(attempt.module, exported)]
        attempt.status = AttemptStatus.KEPT
        if not self._saved(attempt):
            attempt.module = unguarded
            return False
        attempt.adapter = "; ".join(note for note in (attempt.adapter, *_refused(fixed)) if note)
        return True


def _refused(guarded_sizes: Sequence[SizeGenerality]) -> list[str]:
    """What the check of a file's sizes refuses."""
    found = []
    for words, without_one in (("other sizes are", False), ("a size of 1 is", True)):
        sizes = [f"{one.input} axis {one.axis}" for one in guarded_sizes if one.without_one == without_one]
        if sizes:
            found.append(f"{words} refused ({', '.join(sizes)})")
    return found


def _failure(request: CaptureRequest, attempts: list[Attempt]) -> CaptureError:
    name = request.source.text or request.source.name
    remedies = [attempt.remedy for attempt in attempts if attempt.remedy]
    hints = remedies + [attempt.hint for attempt in attempts if attempt.hint]
    if len(attempts) == 1:
        verb = "traced" if attempts[0].mode == CaptureMode.TRACE else "scripted"
        message = f"'{name}' cannot be {verb}: {attempts[0].reason}"
        return CaptureError(ErrorKind.CAPTURE, message, "".join(hints[:1]), attempts[0].detail)
    detail = "\n\n".join(
        f"{attempt.way}: {attempt.reason}" + (f"\n{attempt.detail}" if attempt.detail else "")
        for attempt in attempts
    )
    reasons = "; ".join(f"{attempt.way}: {attempt.reason}" for attempt in attempts)
    message = f"'{name}' can be neither traced nor scripted ({reasons})"
    hint = remedies[0] if remedies else _hint_for_both(attempts)
    return CaptureError(ErrorKind.CAPTURE, message, hint, detail)


def _hint_for_both(attempts: list[Attempt]) -> str:
    """The hint about a method in Python, or a general one: each way's own hint names the other way."""
    ignored = next((attempt.hint for attempt in attempts if "@torch.jit.unused" in attempt.hint), "")
    return ignored or (
        "rewrite the code that neither tracing nor scripting can follow, or trace a submodule without "
        "branches: --trace-submodule PATH=SHAPE"
    )
