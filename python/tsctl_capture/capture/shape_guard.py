"""A module around a captured one that raises at sizes for which the captured one is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..model.generated import (
    WRAPPER_HEAD,
    arguments_text,
    defined_class,
    forward_arguments,
    parameters_text,
    type_names,
)
from ..retirement_notices import without_retirement_notices
from .subject import SizeGenerality

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
