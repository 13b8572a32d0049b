"""Inheritance, decorators, recursion and classes beside the modules."""

from __future__ import annotations

import ast
import enum
import re

from .refusal import Finding, Refusal, user_files, user_nodes
from .sentences import NO_VALUES, python_type
from .torch_forwards import forward_of_torch
from .user_code import UserFile, called_name, dotted, loaded_values, negated, user_classes, without_comment


def super_call(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """super().forward(x), super().step(x), Base.forward(self, x)."""
    file = refusal.file
    if file is None:
        return None
    for call in file.on_line(refusal.line, ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        owner, name = call.func.value, call.func.attr
        by_super = isinstance(owner, ast.Call) and dotted(owner.func) == "super"
        by_name = bool(call.args) and dotted(call.args[0]) == "self" and isinstance(owner, ast.Name)
        if not by_super and not by_name:
            continue
        function = refusal.function
        given = call.args[1:] if by_name else call.args
        arguments = ", ".join(file.text(item) for item in [*given, *call.keywords])
        shown = file.text(call.func)
        cause = f"TorchScript has no '{shown}': a module has only the methods of its own class"
        own = file.around(call, ast.ClassDef)
        overridden = own is not None and any(
            isinstance(item, ast.FunctionDef) and item.name == name for item in own.body
        )
        if not overridden:
            change = file.replaced(call, f"self.{name}({arguments})")
            return Finding("super", cause, change, NO_VALUES)
        base = _base_function(refusal, own, name)
        if base is None:
            return Finding(
                "super", cause, forward_of_torch(file, own, call, arguments), NO_VALUES, function and call
            )
        parameters = ast.unparse(base.args)
        new = _free_name(refusal, f"base_{name}")
        lines = [f"def {new}({parameters}):  # in the base class, with the body of its {name}"]
        lines.append(file.replaced(call, f"self.{new}({arguments})"))
        return Finding("super", cause, "\n".join(lines), NO_VALUES, function and call)
    return None


def _base_function(refusal: Refusal, own: ast.ClassDef | None, name: str) -> ast.FunctionDef | None:
    """The method that super() finds from inside the class `own`."""
    for part in refusal.parts:
        kinds = [kind for _, kind in user_classes(type(part))]
        names = [kind.name for kind in kinds]
        if own is None or own.name not in names:
            continue
        for kind in kinds[names.index(own.name) + 1 :]:
            for item in kind.body:
                if isinstance(item, ast.FunctionDef) and item.name == name:
                    return item
    return None


def _free_name(refusal: Refusal, name: str) -> str:
    """A name that no module has: in a chain of super() each class needs another one."""
    while any(hasattr(part, name) for part in refusal.parts):
        name = f"base_{name}"
    return name


def enum_in_class(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An Enum in the body of the module's class; torch's compiler raises AttributeError without a place."""
    for part in refusal.parts:
        for file, kind in user_classes(type(part)):
            for item in kind.body:
                held = getattr(type(part), item.name, None) if isinstance(item, ast.ClassDef) else None
                if not isinstance(item, ast.ClassDef) or not isinstance(held, enum.EnumMeta):
                    continue
                cause = f"the Enum '{item.name}' is in the body of a module's class, where TorchScript cannot read it"
                lines = [f"{without_comment(file.line(item.lineno))}  # outside the class"]
                lines += [
                    without_comment(file.line(number)).replace(f"self.{item.name}.", f"{item.name}.")
                    for number in range(kind.lineno, (kind.end_lineno or kind.lineno) + 1)
                    if f"self.{item.name}." in file.line(number)
                ]
                return Finding("enum-in-class", cause, "\n".join(lines), NO_VALUES, item, file)
    return None


def recursion(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    function, file = refusal.function, refusal.file
    if function is None or file is None:
        return None
    cause = f"'{match['name']}' calls itself: TorchScript has no recursion"
    return Finding(
        "recursion",
        cause,
        _as_loop(file, function),
        "tracing works, with the recursion depth of the example",
    )


def _as_loop(file: UserFile, function: ast.FunctionDef) -> str:
    """A loop for `if end: return value` followed by a call of itself with other arguments."""
    if len(function.body) != 2:
        return ""
    end, again = function.body
    if (
        not isinstance(end, ast.If)
        or not isinstance(again, ast.Return)
        or not isinstance(again.value, ast.Call)
    ):
        return ""
    call = again.value
    if called_name(call) != function.name or call.keywords or len(end.body) != 1:
        return ""
    names = [item.arg for item in function.args.args if item.arg != "self"]
    changed = [
        (name, file.text(value))
        for name, value in zip(names, call.args, strict=False)
        if file.text(value) != name
    ]
    left, right = ", ".join(name for name, _ in changed), ", ".join(value for _, value in changed)
    last = without_comment(file.line(end.body[0].lineno))
    return f"while {negated(file, end.test)}:\n    {left} = {right}\n{last}"


def enum_lookup(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """Kind["A"]."""
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Subscript) if file else []:
        if file is not None and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            cause = "TorchScript reads a member of an Enum only as an attribute"
            change = file.replaced(node, f"{file.text(node.value)}.{node.slice.value}")
            return Finding("enum-lookup", cause, change, NO_VALUES)
    return None


def decorated_method(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A decorator replaces a method with its inner function, which the compiler reads instead."""
    inner = refusal.function.name if refusal.function else ""
    for file, kind in user_nodes(refusal.model, ast.ClassDef):
        for method in (item for item in kind.body if isinstance(item, ast.FunctionDef)):
            decorator = _decorator_with(file, method, inner)
            if decorator is None:
                continue
            cause = (
                f"the decorator '{decorator.name}' replaces '{method.name}' with its inner function "
                f"'{inner}', which TorchScript compiles instead"
            )
            change = f"{without_comment(file.line(method.lineno))}  # without @{decorator.name}"
            return Finding("decorator", cause, change, NO_VALUES, method.decorator_list[0], file)
    return None


def _decorator_with(file: UserFile, method: ast.FunctionDef, inner: str) -> ast.FunctionDef | None:
    """The decorator of a method that has an inner function of this name."""
    names = [dotted(item) for item in method.decorator_list if isinstance(item, ast.Name)]
    for function in (found for name in names for found in file.functions(name)):
        if any(isinstance(part, ast.FunctionDef) and part.name == inner for part in ast.walk(function)):
            return function
    return None


def enumeration(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An Enum with values of several types, or of a type that TorchScript lacks."""
    for file, kind in user_nodes(refusal.model, ast.ClassDef):
        if not any("Enum" in file.text(base) for base in kind.bases):
            continue
        members = [item for item in kind.body if isinstance(item, ast.Assign)]
        types = {type(item.value.value) if isinstance(item.value, ast.Constant) else None for item in members}
        if len(types) < 2 and None not in types:
            continue
        others = [item for item in members if not _is_text(item.value)]
        cause = f"the members of '{kind.name}' have values of several types: TorchScript needs one type"
        lines = [file.replaced(item.value, f'"{file.text(item.targets[0]).lower()}"') for item in others]
        place = (others or members)[0]
        return Finding("enum-values", cause, "\n".join(lines), NO_VALUES, place, file)
    return None


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def dataclass_in_forward(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A dataclass that forward creates: its generated __init__ has no source."""
    for file in user_files(refusal.model):
        kind = file.class_named(match["name"])
        if kind is None:
            continue
        if not any("dataclass" in file.text(item) for item in kind.decorator_list):
            continue
        cause = f"'{kind.name}' is a dataclass, whose generated __init__ has no source for TorchScript"
        change = f"class {kind.name}(NamedTuple):  # from typing, without @dataclass"
        return Finding("dataclass", cause, change, NO_VALUES, kind, file)
    return None


def named_tuple_types(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """namedtuple("Out", ["a", "n"]): its fields have no types."""
    file, name = refusal.file, match["function"]
    value = refusal.resolved(name)
    if (
        file is None
        or not isinstance(value, type)
        or not issubclass(value, tuple)
        or not hasattr(value, "_fields")
    ):
        return None
    if getattr(value, "__annotations__", None):
        return None
    kinds = {match["argument"]: python_type(match["found"], file)}
    lines = [f"class {name}(NamedTuple):  # from typing"]
    lines += [f"    {field}: {kinds.get(field, file.name_of('Tensor'))}" for field in value._fields]
    cause = f"the fields of '{name}' have no types, so TorchScript treats '{match['argument']}' as a tensor"
    made = [
        node for node in file.tree.body if isinstance(node, ast.Assign) and dotted(node.targets[0]) == name
    ]
    return Finding("named-tuple", cause, "\n".join(lines), NO_VALUES, made[0] if made else None)


def class_without_source(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A class that is not a module, with a base class: the compiler does not see the base's attributes."""
    file, function = refusal.file, refusal.function
    owner = file.around(function, ast.ClassDef) if file is not None and function is not None else None
    if file is None or owner is None or refusal.module_named(owner.name) is not None:
        return None
    if not owner.bases:
        return None
    base = file.text(owner.bases[0])
    cause = (
        f"'{owner.name}' inherits from '{base}': TorchScript compiles a class without its base, so "
        f"it has no '{match['name']}'"
    )
    parent = file.class_named(base)
    inits = (
        [item for item in parent.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
        if parent
        else []
    )
    change = f"class {owner.name}:"
    if inits:
        change += f"\n    def __init__({ast.unparse(inits[0].args)}):"
        change += "".join(f"\n        {file.text(item)}" for item in inits[0].body)
    return Finding("class-inheritance", cause, change, NO_VALUES, owner)


def python_class(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An Enum that the compiler refuses as a value, such as Kind["A"]."""
    name = match["name"]
    for file in user_files(refusal.model):
        kind = file.class_named(name)
        if kind is None:
            continue
        value = next((item for item in loaded_values(file, name) if isinstance(item, type)), None)
        if value is None or not issubclass(value, enum.Enum):
            continue
        return enumeration(refusal, match)
    return None


def function_without_source(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A function that was made by exec or has no file."""
    name = match["name"]
    for file, call in user_nodes(refusal.model, ast.Call):
        if dotted(call.func) == name and file.around(call, ast.FunctionDef):
            cause = f"TorchScript cannot read the source of '{name}': it has no file or no module"
            return Finding("no-source", cause, f"def {name}(x):  # in a file", NO_VALUES, call, file)
    return None


ENTRIES = [
    (
        r"^'Tensor' object has no attribute or method"
        r"|^attribute lookup is not defined on python value of type 'type'"
        r"|^Python type cannot be used as a value",
        super_call,
    ),
    (r"^(?:method|function) '(?P<name>\w+)' is called recursively", recursion),
    (r"for argument 'self' but instead found type '__torch__", decorated_method),
    (r"^__globals__$", enum_in_class),
    (r"^Could not unify type list", enumeration),
    (r"Cannot create Enum with value type", enumeration),
    (r"^<(?:enum|flag) '(?P<name>\w+)'> is a built-in class", python_class),
    (r"^EnumClass cannot be used as a value", enum_lookup),
    (r"Failed to get source for <function (?P<name>\w+)\.__init__", dataclass_in_forward),
    (
        r"^(?P<function>\w+)\(.*-> \(\):\s*Expected a value of type 'Tensor \(inferred\)' for argument "
        r"'(?P<argument>\w+)' but instead found type '(?P<found>[^']+)'",
        named_tuple_types,
    ),
    (r"object has no attribute or method '(?P<name>\w+)'\. Did you forget", class_without_source),
    (r"^Could not get qualified name for class '(?P<name>\w+)'", function_without_source),
]
