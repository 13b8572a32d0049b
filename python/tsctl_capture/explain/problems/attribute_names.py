"""Attributes that TorchScript does not see, or that it does not allow to be set."""

from __future__ import annotations

import ast
import enum
import re

from .attributes import assigned, nn_of, value_of
from .refusal import Finding, Refusal, user_nodes
from .sentences import (
    NO_VALUES,
    python_type,
)
from .user_code import (
    attribute_assignment,
    dotted,
    targets_of,
    without_comment,
)


def class_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.SCALE where SCALE is set in the class's body."""
    kind, name = match["module"], match["name"]
    module = refusal.module_named(kind)
    if module is None or not hasattr(type(module), name) or name in vars(module):
        return None
    value, file, statement = assigned(refusal, kind, name)
    if file is None or statement is None or callable(value):
        return None
    line = without_comment(file.line(statement.lineno))
    given = value_of(statement)
    held = "" if isinstance(value, enum.Enum) or given is None else f"self.{name} = {file.text(given)}"
    change = f"{held}  # in __init__" if held and line else ""
    cause = f"'{name}' is an attribute of the class: TorchScript sees only attributes that __init__ sets"
    return Finding("class-attribute", cause, change, NO_VALUES, statement, file)


def uncastable_object(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An object whose class compiles, but whose values do not fit."""
    name = match["name"]
    for part in refusal.parts:
        if name not in vars(part):
            continue
        found = attribute_assignment(type(part), name)
        if found is not None:
            what = type(getattr(part, name)).__name__
            cause = f"'{name}' is an object of the class {what}, which TorchScript cannot hold"
            change = f"class {what}({nn_of(found[0])}.Module):  # with forward instead of __call__"
            return Finding("object-attribute", cause, change, NO_VALUES, found[1], found[0])
    return None


def name_of_class(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.__class__.__name__; torch names no place."""
    for file, node in user_nodes(refusal.model, ast.Attribute):
        owner = file.around(node, ast.ClassDef)
        if dotted(node) != "self.__class__" or owner is None:
            continue
        outer = file.parent_of(node)
        named = isinstance(outer, ast.Attribute) and outer.attr == "__name__"
        change = file.replaced(outer, f'"{owner.name}"') if named and outer is not None else ""
        cause = "'__class__' belongs to Python: a TorchScript module has only its declared attributes"
        return Finding("python-attribute", cause, change, NO_VALUES, node, file)
    return None


def private_method(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.__helper(x): Python mangles the name, TorchScript does not."""
    name = match["name"]
    if not name.startswith("__") or name.endswith("__") or refusal.file is None or refusal.node is None:
        return None
    cause = (
        f"Python renames '{name}' to '_{match['module']}{name}', because of its two underscores; "
        "TorchScript does not"
    )
    line = refusal.file.shown(refusal.line).replace(f".{name}", f".{name[1:]}")
    defined = [without_comment(refusal.file.line(item.lineno)) for item in refusal.file.functions(name)]
    change = "\n".join([*(head.replace(name, name[1:], 1) for head in defined[:1]), line])
    return Finding("private-name", cause, change, NO_VALUES)


def missing_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.__dict__ and self.__class__."""
    if match["name"] in ("__dict__", "__class__"):
        cause = f"'{match['name']}' belongs to Python: a TorchScript module has only its declared attributes"
        return Finding("python-attribute", cause, "", NO_VALUES)
    return None


def new_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.last = x, where __init__ does not set `last`."""
    name, file = match["name"], refusal.file
    if file is None:
        return None
    tensor = file.name_of("Tensor")
    change = f"{name}: {tensor} | None  # in the class's body\nself.{name} = None  # in __init__"
    cause = (
        f"'{name}' is set here for the first time: a module in TorchScript has only the attributes "
        "that __init__ sets"
    )
    return Finding("new-attribute", cause, change, "tracing would leave the assignment out of the file")


def none_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.cache = None in __init__, and a tensor later."""
    statement, file = refusal.statement, refusal.file
    if file is None or statement is None or match["declared"] != "NoneType":
        return None
    targets = [target for target in targets_of(statement) if isinstance(target, ast.Attribute)]
    if not targets:
        return None
    name, kind = targets[0].attr, python_type(match["found"], file)
    module = refusal.module_around(statement)
    place = attribute_assignment(type(module), name) if module is not None else None
    cause = f"'{name}' is None in __init__, and TorchScript treats that as its type"
    change = f"{name}: {kind} | None  # in the class's body"
    node, where = (place[1], place[0]) if place else (statement, file)
    return Finding(
        "none-attribute", cause, change, "tracing would leave the assignment out of the file", node, where
    )


def tensor_attribute_assignment(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """weight.data = ... and requires_grad = ...: attributes of a tensor."""
    statement, file = refusal.statement, refusal.file
    if (
        file is None
        or not isinstance(statement, ast.Assign)
        or not isinstance(statement.targets[0], ast.Attribute)
    ):
        return None
    target = statement.targets[0]
    owner, value = file.text(target.value), file.text(statement.value)
    change = ""
    if target.attr == "data":
        change = f"with torch.no_grad():\n    {owner}.copy_({value})"
    elif target.attr == "requires_grad":
        change = f"{owner}.requires_grad_({value})"
    cause = f"TorchScript cannot set attributes of tensors, here '{target.attr}'"
    return Finding("tensor-attribute", cause, change, NO_VALUES)


_MODULE = r"^Module '(?P<module>\w+)' has no attribute '(?P<name>\w+)' "
ENTRIES = [
    (_MODULE, class_attribute),
    (_MODULE, private_method),
    (_MODULE, missing_attribute),
    (r"^Could not cast attribute '(?P<name>\w+)' to type __torch__", uncastable_object),
    (r"^type object 'type' has no attribute '__globals__'", name_of_class),
    (r"^Tried to set nonexistent attribute: (?P<name>\w+)", new_attribute),
    (
        r"^Wrong type for attribute assignment\. Expected (?P<declared>\S+) but got (?P<found>.+?):?$",
        none_attribute,
    ),
    (r"^Tried to set an attribute: \w+ on a non-class: Tensor", tensor_attribute_assignment),
]
