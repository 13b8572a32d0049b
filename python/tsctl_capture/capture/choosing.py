"""Tries the capture modes one after the other and keeps the first module that matches eager mode."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import torch

from ..errors import CaptureError
from ..events import Events
from ..explain.python_operators import require_compiled_operators
from ..model.input_adapter import fixes_values
from ..request import CaptureRequest
from ..vocabulary import AttemptStatus, CaptureMode, DecidedBy, ErrorKind
from .attempts import attempt_script, attempt_trace, attempt_trace_again
from .failures import combined_failure, drop_advice_to_trace
from .mixed import attempt_divided, attempt_scripted_inside, attempt_traced_inside
from .names import require_readable_fields, require_readable_file, require_readable_names
from .remedies import advise, find_remedy
from .saving import save_module
from .scripting import explain_unsaved
from .shape_guard import guard
from .subject import Attempt, Subject


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

Strategy = Callable[[], list[Attempt]]


@dataclass
class _Choice:
    request: CaptureRequest
    subject: Subject
    events: Events
    chosen: Chosen = field(default_factory=Chosen)

    def made(self) -> Chosen:
        """Keeps a general attempt, or else one that refuses the sizes it is wrong at, or else one that failed."""
        chosen = self.chosen
        if self._keep_general() or chosen.failure is not None:
            return chosen
        drop_advice_to_trace(chosen.attempts)
        if not self.request.require_general and self._keep_guarded():
            return chosen
        self._find_remedy()
        advise(chosen.attempts)
        if not self._keep_not_general():
            chosen.failure = combined_failure(self.request, chosen.attempts)
        return chosen

    def _strategies(self) -> list[Strategy]:
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

    def _keep_general(self) -> bool:
        """The first attempt that is general. Stops with a failure at a module that no file can hold."""
        for strategy in self._strategies():
            for attempt in strategy():
                self.chosen.attempts.append(attempt)
                if attempt.module is not None and not self._is_readable(attempt):
                    return False
                if attempt.status == AttemptStatus.KEPT and self._saved(attempt):
                    self.chosen.kept = self._script_if_safer(attempt)
                    return True
        return False

    def _keep_guarded(self) -> bool:
        """The first attempt that is wrong at some sizes only, and that can check its inputs' sizes."""
        for attempt in self.chosen.attempts:
            if self._is_wrong_at_sizes_only(attempt) and guard(attempt, self.subject, self._saved):
                self.chosen.kept = attempt
                return True
        return False

    def _keep_not_general(self) -> bool:
        """The first attempt with a module; it is saved for --keep-failed."""
        for attempt in self.chosen.attempts:
            if attempt.status == AttemptStatus.NOT_GENERAL:
                with suppress(CaptureError):  # --keep-failed then has no file to keep
                    save_module(attempt.module, self.request.model_path)
                self.chosen.kept = attempt
                return True
        return False

    def _is_readable(self, attempt: Attempt) -> bool:
        """Whether a file with the module can be read back; if not, no other capture mode helps."""
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

    def _script_if_safer(self, attempt: Attempt) -> Attempt:
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
            is_safer = script.status == AttemptStatus.KEPT and (by_example or not script.other_branches)
            if is_safer and self._saved(script):
                what = (
                    f"it keeps decisions of its example at {attempt.deciding_places}"
                    if by_example
                    else f"it takes another branch than eager mode at {attempt.other_branches}"
                )
                attempt.status = AttemptStatus.SET_ASIDE
                attempt.reason = f"{what}, and the script does not"
                return script
        self._saved(attempt)  # again, because the script may have overwritten the file
        return attempt

    def _is_wrong_at_sizes_only(self, attempt: Attempt) -> bool:
        """Whether the attempt is right for every declared set, and wrong only at other sizes."""
        if attempt.status != AttemptStatus.NOT_GENERAL or not attempt.wrong or attempt.decided_by_values:
            return False
        of_sizes = {probe.title for probe in self.subject.probes if probe.inputs}
        return all(item.probe and item.label in of_sizes for item in attempt.wrong)

    def _find_remedy(self) -> None:
        """Tries the changes that the diagnosis of a script proposes; one that works is the only remedy shown."""
        attempts = self.chosen.attempts
        script = next((one for one in attempts if one.diagnosis is not None and not one.mixed), None)
        if script is None:
            return
        self.events.progress("trying the changes that the diagnoses propose")
        find_remedy(script, self.subject)
        if script.remedy:
            for attempt in attempts:
                attempt.remedy = script.remedy if attempt is script else ""
