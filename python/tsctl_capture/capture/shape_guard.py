"""A module around a captured one that raises at sizes for which the captured one is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from ..model.exports import exported_methods, pass_on_exports
from ..model.generated import (
    WRAPPER_HEAD,
    arguments_text,
    defined_class,
    forward_arguments,
    parameters_text,
    type_names,
)
from ..retirement_notices import without_retirement_notices
from ..vocabulary import AttemptStatus, SizeStatus
from .subject import Attempt, SizeGenerality, Subject

_TEMPLATE = f"""\
{WRAPPER_HEAD}
    def forward(self{{parameters}}):
{{checks}}
        return self.model({{arguments}})
"""

_CHECK = """\
        if {condition}:
            raise ValueError({message!r})
"""


def guard(attempt: Attempt, subject: Subject, save: Callable[[Attempt], bool]) -> bool:
    """Keeps the attempt with a check of its inputs' sizes; false if that is not possible, or if `save` fails."""
    sizes = [one for one in attempt.generality if one.status == SizeStatus.FIXED or one.without_one]
    if not sizes:
        return False
    unguarded = attempt.module
    try:
        attempt.module = guarded(unguarded, sizes)
    except Exception:
        return False  # a parameter's type has no source text, or the size is inside a structure
    exported = [name for name in exported_methods(subject.model.module) if name not in attempt.left_out]
    attempt.left_out = [*attempt.left_out, *pass_on_exports(attempt.module, exported)]
    attempt.status = AttemptStatus.KEPT
    if not save(attempt):
        attempt.module = unguarded
        return False
    attempt.adapter = "; ".join(note for note in (attempt.adapter, *_refused(sizes)) if note)
    return True


def _refused(sizes: Sequence[SizeGenerality]) -> list[str]:
    """What the check of a file's sizes refuses."""
    found = []
    for words, without_one in (("other sizes are", False), ("a size of 1 is", True)):
        axes = [f"{one.input} axis {one.axis}" for one in sizes if one.without_one == without_one]
        if axes:
            found.append(f"{words} refused ({', '.join(axes)})")
    return found


def guarded(module: torch.jit.ScriptModule, fixed: Sequence[SizeGenerality]) -> torch.jit.ScriptModule:
    """A compiled module with the same forward that accepts only the sizes at which the capture was right.

    For any other size it raises a ValueError that names the input, the axis and the sizes that work.
    """
    arguments = forward_arguments(module)
    optional = {argument.name for argument in arguments if argument.type.annotation_str != "Tensor"}
    source = _TEMPLATE.format(
        name="Guarded",
        parameters=parameters_text(arguments),
        checks="".join(_check(entry, optional) for entry in fixed).rstrip("\n"),
        arguments=arguments_text(arguments),
    )
    with without_retirement_notices():
        return torch.jit.script(defined_class(source, type_names())(module).eval())


def _check(entry: SizeGenerality, optional: set[str]) -> str:
    sizes = sorted({entry.captured_with, *entry.tried})
    size = f"{entry.input}.size({entry.axis})"
    condition = " and ".join(f"{size} != {number}" for number in sizes)
    if entry.without_one:
        condition = f"{size} == 1"
    if entry.input in optional:
        condition = f"{entry.input} is not None and {condition}"
    known = "2 or more" if entry.without_one else " or ".join(str(number) for number in sizes)
    # engine/guard.cpp recognises the words after the colon, in files of earlier versions too.
    message = f"axis {entry.axis} of {entry.input} must be {known}: this file was captured for no other size"
    if entry.place:
        message += f" ({entry.place} fixes it)"
    return _CHECK.format(condition=condition, message=message)
