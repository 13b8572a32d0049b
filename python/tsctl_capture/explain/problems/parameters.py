"""Parameters and defaults whose type TorchScript gets wrong or does not know."""

from __future__ import annotations

import ast
import re

from .refusal import Finding, Refusal, user_files
from .sentences import KEEPS_VALUE, NO_VALUES, TENSORS_ONLY, python_type, type_of_literal
from .user_code import (
    UserFile,
    default_of,
    names_in,
    parameter_named,
    parameters_of,
    without_comment,
)


def _tracing(kind: str) -> str:
    if "Tensor" in kind or kind.endswith("None"):
        return NO_VALUES
    return TENSORS_ONLY


def _definition(refusal: Refusal, name: str, parameter: str) -> tuple[UserFile, ast.FunctionDef] | None:
    """The user's function with this name and parameter; the refused file is searched first."""
    files = [refusal.file] if refusal.file else []
    for file in [*files, *user_files(refusal.model)]:
        for function in file.functions(name):
            if parameter_named(function, parameter) is not None:
                return file, function
    return None


def _called_definition(
    refusal: Refusal, name: str, parameter: str
) -> tuple[UserFile, ast.FunctionDef] | None:
    if name != "forward":
        return _definition(refusal, name, parameter)
    kind = re.match(
        r"forward\(__torch__\.(?:[\w.]+\.)?(\w+?)(?:___torch_mangle_\d+)?(?:\.(\w+))? ", refusal.message
    )
    wanted = (kind[2] or kind[1]) if kind else ""
    for file in user_files(refusal.model):
        owner = file.class_named(wanted)
        for function in file.functions("forward"):
            has_it = parameter_named(function, parameter) is not None
            if has_it and owner is not None and owner in _ancestors(file, function):
                return file, function
    return _definition(refusal, name, parameter)


def _ancestors(file: UserFile, node: ast.AST) -> list[ast.AST]:
    found = []
    above = file.parent_of(node)
    while above is not None:
        found.append(above)
        above = file.parent_of(above)
    return found


def _annotated(file: UserFile, function: ast.FunctionDef, name: str, kind: str) -> tuple[ast.arg, str]:
    parameter = next(item for item in parameters_of(function) if item.arg == name)
    default = default_of(function, name)
    if isinstance(default, ast.Constant) and default.value is None and not kind.endswith("None"):
        kind += " | None"
    text = f"{name}: {kind}"
    if default is None or default.lineno != parameter.lineno:
        return parameter, file.replaced(parameter, text)
    line = file.line(parameter.lineno)
    between = line[parameter.end_col_offset : default.col_offset]
    spaced = (
        [(parameter, text)]
        if between == " = "
        else [(parameter, f"{text} "), (default, f" {file.text(default)}")]
    )
    return parameter, file.edited(spaced)


def _missing(file: UserFile, function: ast.FunctionDef, name: str, kind: str) -> Finding:
    parameter, change = _annotated(file, function, name, kind)
    return Finding(
        "missing-annotation",
        f"the parameter '{name}' has no annotation, so TorchScript treats it as a tensor; it is {_a(kind)}",
        change,
        _tracing(kind),
        parameter,
        file,
    )


def _a(kind: str) -> str:
    return (
        f"a {kind}"
        if re.fullmatch(r"bool|float|str", kind)
        else f"an {kind}"
        if kind == "int"
        else f"'{kind}'"
    )


def argument_of_another_type(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A call passes another type than a tensor to a parameter without annotation."""
    function_name = match["function"].rsplit(".", 1)[-1]
    name, kind = match["argument"], python_type(match["found"], refusal.file)
    if name == "self":
        return None
    found = _called_definition(refusal, function_name, name)
    if found is None:
        return None
    file, function = found
    if match["found"].startswith("__torch__."):
        kind = re.sub(r" \(of Python.*|\.?___torch_mangle_\d+", "", match["found"]).rsplit(".", 1)[-1]
        if refusal.module_named(kind) is not None:
            cause = f"'{name}' receives a module, which TorchScript cannot pass as an argument"
            parameter = parameter_named(function, name)
            return Finding("function-argument", cause, "", NO_VALUES, parameter, file)
    owner = file.parent_of(function)
    if (
        isinstance(owner, ast.ClassDef)
        and sum(isinstance(item, ast.FunctionDef) and item.name == function.name for item in owner.body) > 1
    ):
        return None  # overloads have their annotations in other definitions
    return _missing(file, function, name, kind)


def _unannotated_names(refusal: Refusal, node: ast.AST) -> list[ast.arg]:
    function = refusal.function
    if function is None:
        return []
    names = names_in(node)
    return [
        item
        for item in parameters_of(function)
        if item.arg in names and item.annotation is None and item.arg not in ("self", "cls")
    ]


def passed_on(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.rnn(x, state), where state=None has no annotation and the callee needs no tensor."""
    call, kind = refusal.expression, python_type(match["wanted"], refusal.file)
    if (
        not isinstance(call, ast.Call)
        or refusal.file is None
        or refusal.function is None
        or "__torch__" in kind
    ):
        return None
    given = {
        item.id
        for item in [*call.args, *(word.value for word in call.keywords)]
        if isinstance(item, ast.Name)
    }
    names = [item for item in _unannotated_names(refusal, call) if item.arg in given]
    wanted = [item for item in names if _is_none(default_of(refusal.function, item.arg))]
    if len(wanted) != 1:
        return None
    return _missing(refusal.file, refusal.function, wanted[0].arg, kind)


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def range_of_parameter(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """range(steps) where steps is a parameter without annotation."""
    if refusal.node is None or refusal.file is None or refusal.function is None:
        return None
    names = _unannotated_names(refusal, refusal.node)
    arguments = refusal.node.args if isinstance(refusal.node, ast.Call) else []
    plain = [
        item for item in names if any(isinstance(arg, ast.Name) and arg.id == item.arg for arg in arguments)
    ]
    return _missing(refusal.file, refusal.function, plain[0].arg, "int") if plain else None


def compared_with_text(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """kind == "relu" where kind is a parameter without annotation."""
    node = refusal.node
    if not isinstance(node, ast.Compare) or refusal.file is None or refusal.function is None:
        return None
    names = _unannotated_names(refusal, node)
    texts = [
        item for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    return _missing(refusal.file, refusal.function, names[0].arg, "str") if names and texts else None


def default_of_another_type(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    name, function, file = match["name"], refusal.function, refusal.file
    if function is None or file is None:
        return None
    default = default_of(function, name)
    parameter = parameter_named(function, name)
    if default is None or parameter is None:
        return None
    kind = type_of_literal(default)
    if parameter.annotation is None:
        return _missing(file, function, name, kind) if kind else None
    declared = file.text(parameter.annotation)
    if isinstance(default, ast.Constant) and default.value is None:
        cause = f"the default of '{name}' is None, which its annotation {declared} does not allow"
        return Finding(
            "default-type",
            cause,
            file.replaced(parameter.annotation, f"{declared} | None"),
            NO_VALUES,
            parameter,
        )
    shown = file.text(default)
    if declared == "float" and kind == "int":
        change = file.replaced(default, f"{shown}.0")
    else:
        change = file.replaced(parameter.annotation, kind) if kind else ""
    cause = f"the default of '{name}' is {shown}, but its annotation is {declared}"
    return Finding("default-type", cause, change, NO_VALUES, parameter)


def mutable_default(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    name, function, file = match["name"], refusal.function, refusal.file
    default = default_of(function, name) if function else None
    parameter = parameter_named(function, name) if function else None
    if default is None or parameter is None or file is None:
        return None
    kind = file.text(parameter.annotation) if parameter.annotation else type_of_literal(default)
    change = ""
    if kind and default.lineno == parameter.lineno == (default.end_lineno or 0):
        line = file.line(parameter.lineno)
        whole = (
            line[: parameter.col_offset] + f"{name}: {kind} | None = None" + line[default.end_col_offset :]
        )
        change = f"{without_comment(whole)}\n    if {name} is None:\n        {name} = {file.text(default)}"
    cause = f"the default of '{name}' is a {match['kind']}, which all calls would share"
    return Finding("mutable-default", cause, change, NO_VALUES, parameter)


_ANNOTATIONS = {
    "Sequence": "list[{0}]",
    "Iterable": "list[{0}]",
    "Collection": "list[{0}]",
    "Mapping": "dict[{0}]",
    "MutableMapping": "dict[{0}]",
    "Literal": "str",
    "torch.Size": "list[int]",
    "Size": "list[int]",
}


def unknown_annotation(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """Sequence[...], tuple[int, ...], Literal, torch.Size and others that TorchScript has no type for."""
    function, file = refusal.function, refusal.file
    if function is None or file is None:
        return None
    for parameter in parameters_of(function):
        noted = parameter.annotation
        if noted is None or not noted.lineno <= refusal.line <= (noted.end_lineno or 0):
            continue
        if refusal.node is not None and refusal.node not in ast.walk(noted):
            continue
        return _other_annotation(file, parameter, noted)
    return None


def _other_annotation(file: UserFile, parameter: ast.arg, noted: ast.expr) -> Finding:
    shown = file.text(noted)
    name = file.text(noted.value) if isinstance(noted, ast.Subscript) else shown
    inner = noted.slice if isinstance(noted, ast.Subscript) else None
    other = _ANNOTATIONS.get(name.removeprefix("typing.").removeprefix("collections.abc."), "")
    if isinstance(inner, ast.Tuple) and inner.elts and file.text(inner.elts[-1]) == "...":
        other = f"list[{file.text(inner.elts[0])}]"
    elif "{0}" in other:
        other = other.format(file.text(inner)) if inner is not None else ""
    elif name.endswith("Literal") and isinstance(inner, ast.expr):
        first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
        other = type_of_literal(first)
    cause = f"TorchScript has no type for the annotation {shown} of '{parameter.arg}'"
    change = file.replaced(noted, other) if other else ""
    return Finding("annotation-without-type", cause, change, NO_VALUES, noted)


def bare_annotation(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x: list, without the type of its elements."""
    function, file = refusal.function, refusal.file
    if function is None or file is None or refusal.node is None:
        return None
    names = names_in(refusal.node)
    for parameter in parameters_of(function):
        noted = parameter.annotation
        if parameter.arg in names and isinstance(noted, ast.Name) and noted.id in ("list", "dict", "tuple"):
            tensor = file.name_of("Tensor")
            other = {
                "list": f"list[{tensor}]",
                "dict": f"dict[str, {tensor}]",
                "tuple": f"tuple[{tensor}, {tensor}]",
            }
            cause = f"the annotation {noted.id} of '{parameter.arg}' lacks the types of its elements"
            return Finding("bare-container", cause, file.replaced(noted, other[noted.id]), NO_VALUES, noted)
    return None


def any_type(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    function, file, node = refusal.function, refusal.file, refusal.node
    if function is None or file is None or node is None:
        return None
    names = names_in(node)
    for parameter in parameters_of(function):
        if (
            parameter.arg in names
            and parameter.annotation
            and file.text(parameter.annotation).endswith("Any")
        ):
            cause = f"'{parameter.arg}' has the annotation Any, and TorchScript cannot compute with an Any"
            calls = [
                item
                for item in ast.walk(file.tree)
                if isinstance(item, ast.Call) and file.text(item.func).endswith(f".{function.name}")
            ]
            position = [item.arg for item in parameters_of(function) if item.arg != "self"].index(
                parameter.arg
            )
            kinds = {type_of_literal(item.args[position]) for item in calls if len(item.args) > position}
            kind = kinds.pop() if len(kinds) == 1 else ""
            change = file.replaced(parameter.annotation, kind or file.name_of("Tensor"))
            return Finding("any-type", cause, change, NO_VALUES, parameter)
    return None


def int_for_float(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """2 where a float is declared: TorchScript does not convert it."""
    node, file = refusal.node, refusal.file
    call = next(
        (item for item in _calls_at(refusal) if any(word.arg == match["argument"] for word in item.keywords)),
        None,
    )
    if file is None or call is None:
        call = node if isinstance(node, ast.Call) else next(iter(_calls_at(refusal)), None)
    if file is None or call is None:
        return None
    named = [word.value for word in call.keywords if word.arg == match["argument"]]
    whole = [
        item for item in named or call.args if isinstance(item, ast.Constant) and type(item.value) is int
    ]
    if not whole:
        return None
    shown = file.text(whole[0])
    cause = (
        f"'{match['argument']}' is declared as float but receives the int {shown}, which TorchScript "
        "does not convert"
    )
    return Finding("int-for-float", cause, file.replaced(whole[0], f"{shown}.0"), KEEPS_VALUE, whole[0])


def _calls_at(refusal: Refusal) -> list[ast.Call]:
    return refusal.file.on_line(refusal.line, ast.Call) if refusal.file else []


def positional_only(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    function, file = refusal.function, refusal.file
    if function is None or file is None or not function.args.posonlyargs:
        return None
    line = without_comment(file.line(function.lineno))
    cause = f"'{function.name}' has positional-only parameters, which TorchScript does not support"
    return Finding("positional-only", cause, re.sub(r",\s*/(?=[,)])", "", line), NO_VALUES, function)


ENTRIES = [
    (
        r"^(?:[\w.]+::)?(?P<function>[\w.]+)\(.*Expected a value of type 'Tensor \(inferred\)' for argument "
        r"'(?P<argument>\w+)' but instead found type '(?P<found>[^']+)'\.\s+Inferred '(?P=argument)'",
        argument_of_another_type,
    ),
    (r"all inputs of range must be ints, found Tensor \(inferred\)", range_of_parameter),
    (
        r"Expected a value of type '(?P<wanted>Optional\[(?!Tensor\])[^']+)' for argument '\w+' "
        r"but instead found type '(?:Tensor \(inferred\)|Optional\[Tensor\])'",
        passed_on,
    ),
    (r"aten::eq.*found type 'str'", compared_with_text),
    (r'^Expected a default value of type .* on parameter "(?P<name>\w+)"', default_of_another_type),
    (
        r"^Mutable default parameters.*Found <class '(?P<kind>\w+)'> on parameter (?P<name>\w+)",
        mutable_default,
    ),
    (
        r"^Unknown type (?:name|constructor)|^Expression of type dots|^Unknown type annotation",
        unknown_annotation,
    ),
    (
        r"^'(?:list|dict|tuple)' object is not subscriptable|^Unknown type name '(?:list|dict|tuple)'",
        bare_annotation,
    ),
    (r"instead found type 'Any'|^'Any' object", any_type),
    (
        r"of type '(?:Optional\[)?(?:List\[)?float\]*' for argument '(?P<argument>\w+)' "
        r"but instead found type 'int'",
        int_for_float,
    ),
    (r"^methods must have a self argument", positional_only),
]
