"""Arguments that are not tensors: how a traced module takes them apart, and which values a trace fixes."""

from __future__ import annotations

import collections
import copy
import dataclasses
import inspect
import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from .calls import Call
from .generated import literal
from .signature import positional_names
from .source import LoadedModel
from .values import is_plain, is_scalar, leaves, map_items, member_name

_EVERY_TYPE = "(Tensor, bool, int, float, str)"


class NoTypeError(Exception):
    """TorchScript has no type for an argument; the message names the argument and its type."""


@dataclass
class InputForm:
    """The text of a forward that takes the user's arguments and passes their tensors to the trace."""

    parameters: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # assignments and checks
    tensors: list[str] = field(default_factory=list)  # an expression for each tensor
    names: list[str] = field(default_factory=list)  # a name for each tensor in the trace
    fixed: list[str] = field(default_factory=list)  # what the trace fixes, in words


def in_order(model: LoadedModel, call: Call) -> Call:
    """The call with its named arguments in forward's order; arguments of `**kwargs` come last."""
    known = list(model.signature.parameters) if model.signature is not None else []
    names = sorted(call.kwargs, key=lambda name: known.index(name) if name in known else len(known))
    return Call(call.label, call.args, {name: call.kwargs[name] for name in names})


def argument_names(model: LoadedModel, call: Call) -> list[str]:
    """A name for each argument of `call`, in forward's order."""
    known = positional_names(model.signature)
    positional = [known[i] if i < len(known) else f"input{i}" for i in range(len(call.args))]
    return positional + list(in_order(model, call).kwargs)


def named_arguments(model: LoadedModel, call: Call) -> dict[str, Any]:
    ordered = in_order(model, call)
    return dict(zip(argument_names(model, call), [*ordered.args, *ordered.kwargs.values()], strict=True))


def is_structured(call: Call) -> bool:
    """Whether an argument is not a tensor."""
    return any(not isinstance(value, torch.Tensor) for value in [*call.args, *call.kwargs.values()])


def fixes_values(call: Call) -> bool:
    """Whether a trace of this call would fix numbers, strings, None, or how many items a list has."""
    given = (call.args, call.kwargs)
    return any(not leaf.is_tensor for leaf in leaves(given, "call")) or _has_list(given)


def _has_list(value: Any) -> bool:
    if isinstance(value, list):
        return True
    items = value if isinstance(value, tuple) else (_members(value) or {}).values()
    return any(map(_has_list, items))


def given_values(call: Call) -> Call:
    """The call as a traced file takes it: with dicts instead of dataclasses and other mappings."""
    return Call(
        call.label,
        tuple(_as_builtin(value) for value in call.args),
        {name: _as_builtin(value) for name, value in call.kwargs.items()},
    )


def _as_builtin(value: Any) -> Any:
    members = _members(value)
    if members is not None:
        return {key: _as_builtin(item) for key, item in members.items()}
    if isinstance(value, (tuple, list)):
        kind = tuple if isinstance(value, tuple) else list
        return kind(_as_builtin(item) for item in value)
    return value


def _members(value: Any) -> dict[Any, Any] | None:
    """The members of a mapping or a dataclass; None for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    return None


def rebuilt(value: Any, tensors: Iterator[torch.Tensor]) -> Any:
    """An object like `value` with other tensors, taken in the order of its leaves.

    Unlike map_tensors() it also rebuilds mappings and dataclasses whose constructors cannot be called.
    """
    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, (tuple, list)) or type(value) in (dict, collections.OrderedDict):
        return map_items(value, lambda item: rebuilt(item, tensors))
    if isinstance(value, Mapping):
        changed: Any = copy.copy(value)
        for key, item in value.items():
            changed[key] = rebuilt(item, tensors)
        return changed
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = copy.copy(value)
        for item in dataclasses.fields(value):
            # object's, because a frozen dataclass refuses its own.
            object.__setattr__(changed, item.name, rebuilt(getattr(value, item.name), tensors))
        return changed
    return value


# --- TorchScript's types -----------------------------------------------------------------------------


def _type_of(value: Any, name: str) -> str:
    """TorchScript's type; "None" for a None, which may be of any optional type. Raises NoTypeError."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return "Tensor"
    if _is_scalar(value):
        return _plain(value).__class__.__name__
    if isinstance(value, tuple):
        items = [_closed(_type_of(item, f"{name}[{i}]")) for i, item in enumerate(value)]
        return f"Tuple[{', '.join(items) or '()'}]"
    if isinstance(value, list):
        return f"List[{_common([_type_of(item, f'{name}[{i}]') for i, item in enumerate(value)], name)}]"
    members = _members(value)
    if members is None:
        raise NoTypeError(f"{name} is a {type(value).__name__}")
    keys = {type(key) for key in members}
    if not keys <= {str} and not keys <= {int}:
        raise NoTypeError(f"the keys of {name} are {' and '.join(sorted(key.__name__ for key in keys))}")
    kinds = [_type_of(item, member_name(name, str(key))) for key, item in members.items()]
    return f"Dict[{'int' if keys == {int} else 'str'}, {_common(kinds, name)}]"


def _closed(kind: str) -> str:
    return "Optional[Tensor]" if kind == "None" else kind


def _common(kinds: list[str], name: str) -> str:
    """The type of all members of a list or dict. Raises NoTypeError if there is none."""
    different = sorted(set(kinds) - {"None"})
    if not different:
        return _closed("None") if kinds else "Tensor"
    if len(different) == 1:
        return f"Optional[{different[0]}]" if "None" in kinds else different[0]
    if any("[" in kind for kind in different):
        raise NoTypeError(f"the members of {name} are of the types {', '.join(different)}")
    return "Any"


# --- the forward's text ------------------------------------------------------------------------------


def input_form(model: LoadedModel, call: Call) -> InputForm:
    """Raises NoTypeError."""
    form = InputForm()
    given = named_arguments(model, call)
    defaults = _usable_defaults(model, given)
    for name, value in given.items():
        kind = _closed(_type_of(value, name))
        default = f" = {_literal(value)}" if name in defaults else ""
        form.parameters.append(f"{name}: {kind}{default}")
        _take(form, value, name, name, kind)
    return form


def _usable_defaults(model: LoadedModel, given: dict[str, Any]) -> set[str]:
    """Arguments at the end of the call whose values are their defaults, so that a caller may omit them."""
    found: set[str] = set()
    signature = model.signature
    for name, value in reversed(given.items()):
        parameter = signature.parameters.get(name) if signature is not None else None
        default = inspect.Parameter.empty if parameter is None else parameter.default
        if type(default) is not type(value) or not is_scalar(value) or default != value:
            break
        found.add(name)
    return found


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str))


def _plain(value: Any) -> Any:
    """A scalar as a plain int, float or str, where it has a derived class such as an enum's."""
    if value is None:
        return None
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return str.__str__(value)


def _literal(value: Any) -> str:
    return literal(_plain(value))


def _take(form: InputForm, value: Any, expression: str, name: str, kind: str) -> None:
    """Adds the code that gets the tensors of `value` out of `expression`, whose type is `kind`."""
    if isinstance(value, torch.Tensor):
        if kind != "Tensor":
            local = f"_leaf{len(form.lines)}"
            form.lines.append(f"{local} = {expression}")
            form.lines.append(f"assert isinstance({local}, Tensor), {_sentence(f'a tensor as {name}')}")
            expression = local
        form.tensors.append(expression)
        form.names.append(_leaf_name(name, form.names))
        return
    if value is None or _is_scalar(value):
        _fix(form, value, expression, name, kind)
        return
    if isinstance(value, (tuple, list)):
        is_list = isinstance(value, list)
        if is_list:
            many = f"{len(value)} item{'' if len(value) == 1 else 's'}"
            form.lines.append(f"assert len({expression}) == {len(value)}, {_sentence(f'{many} in {name}')}")
            form.fixed.append(f"{name} fixed at {many}")
        inner = _inner_types(kind)
        for i, item in enumerate(value):
            _take(form, item, f"{expression}[{i}]", _item_name(value, name, i), inner[0 if is_list else i])
        return
    members = _members(value) or {}
    keys = ", ".join(repr(key) for key in members) or "none"
    present = "".join(f" and {key!r} in {expression}" for key in members)
    complete = f"len({expression}) == {len(members)}{present}"
    form.lines.append(f"assert {complete}, {_sentence(f'the keys {keys} in {name}')}")
    form.fixed.append(f"{name} fixed at the keys {keys}")
    for key, item in members.items():
        _take(form, item, f"{expression}[{key!r}]", member_name(name, str(key)), _inner_types(kind)[-1])


def _item_name(value: Any, name: str, position: int) -> str:
    fields = getattr(value, "_fields", None)
    return member_name(name, fields[position]) if fields else f"{name}[{position}]"


def _inner_types(kind: str) -> list[str]:
    """The types inside a type: Tensor and List[int] of "Tuple[Tensor, List[int]]"."""
    inner = kind.partition("[")[2][:-1]
    found, depth = [""], 0
    for letter in inner:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found]


def _fix(form: InputForm, value: Any, expression: str, name: str, kind: str) -> None:
    """Adds the check that a leaf has the value that the trace fixes."""
    value = _plain(value)
    form.fixed.append(f"{name} fixed at {value!r}")
    message = _sentence(f"{name}={value!r}")
    if value is None:
        # The compiler assumes that an Any is not None, and would drop the plain check.
        test = f"not isinstance({expression}, {_EVERY_TYPE})" if kind == "Any" else f"{expression} is None"
        form.lines.append(f"assert {test}, {message}")
        return
    if kind != type(value).__name__:  # Any or Optional
        local = f"_leaf{len(form.lines)}"
        form.lines.append(f"{local} = {expression}")
        form.lines.append(f"assert isinstance({local}, {type(value).__name__}), {message}")
        expression = local
    if isinstance(value, bool):
        test = expression if value else f"not {expression}"
    elif value != value:
        test = f"{expression} != {expression}"
    else:
        test = f"{expression} == {_literal(value)}"
    form.lines.append(f"assert {test}, {message}")


def _sentence(what: str) -> str:
    # engine/guard.cpp recognises "this file was traced with".
    return repr(f"this file was traced with {what}; capture it again for other values")


def _leaf_name(name: str, taken: list[str]) -> str:
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name).strip("_")
    plain = plain if plain.isidentifier() and not keyword.iskeyword(plain) else f"input_{plain}"
    while plain in taken or plain == "self":
        plain += "_"
    return plain


# --- the other input sets ----------------------------------------------------------------------------------


def not_alike(model: LoadedModel, calls: list[Call]) -> str:
    """What a trace of the first call would fix although another call differs, in words; empty if nothing."""
    first = named_arguments(model, calls[0])
    for call in calls[1:]:
        title = call.label or call.title
        other = named_arguments(model, call)
        for name, value in first.items():
            if name not in other:
                return f"{name}, which {title} omits"
            found = _difference(value, other[name], name)
            if found:
                return f"{found} in {title}"
        added = [name for name in other if name not in first]
        if added:
            return f"the default of {', '.join(added)}, for which {title} has another value"
    return ""


def _difference(value: Any, other: Any, name: str) -> str:
    left, right = leaves(value, name), leaves(other, name)
    if [leaf.name for leaf in left] != [leaf.name for leaf in right] or is_plain(value) != is_plain(other):
        return f"the structure of {name}, which differs"
    for one, two in zip(left, right, strict=True):
        if one.is_tensor and two.is_tensor:
            continue
        if type(one.value) is not type(two.value) or one.value != two.value:
            return f"{one.name}={_short(one.value)}, which is {_short(two.value)}"
    return ""


def _short(value: Any) -> str:
    return "a tensor" if isinstance(value, torch.Tensor) else f"{value!r:.40}"
