"""Hooks: functions without types, methods, closures, lambdas and objects."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from .refusal import Finding, Refusal, user_files
from .user_code import UserFile, dotted, without_comment

_HOOK = "tracing works: a trace records what the hook computes"


def hook(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A forward hook or pre-hook whose signature TorchScript cannot type."""
    passed = 2 if match["kind"] == "Pre-hook" else 3
    for file in user_files(refusal.model):
        functions = _registered_first(refusal, file, file.functions(match["name"]))
        if functions:
            return _untyped_hook(file, functions[0], passed)
    return None


def _untyped_hook(file: UserFile, function: ast.FunctionDef, passed: int) -> Finding:
    """The finding for a hook that is called with so many arguments."""
    name, own = function.name, [item.arg for item in function.args.args]
    is_method = own[:1] == ["self"] and len(own) == passed + 1
    held = own[1:] if is_method else own
    change = ""
    if _reads_outer(file, function):
        cause = f"the hook '{name}' reads variables of the function around it, which TorchScript cannot"
    elif len(held) > passed:
        cause = f"the hook '{name}' takes keyword arguments, which TorchScript does not pass to hooks"
    else:
        cause = f"the hook '{name}' has no types for its parameters and its result"
        if is_method:
            cause = f"the hook '{name}' is a method: TorchScript needs a function"
        if len(held) == passed:
            change = _typed_hook(file, function, held)
    return Finding("hook", cause, change, _HOOK, function, file)


def _typed_hook(file: UserFile, function: ast.FunctionDef, parameters: Sequence[str]) -> str:
    """The head of the hook with types, and the value to return in the place of None."""
    tensor = file.name_of("Tensor")
    head = f"def {function.name}({_typed(parameters, tensor)}) -> {_hook_gives(function, tensor)}:"
    if not _gives_none_too(function):
        return head
    return f"{head}\nreturn {parameters[-1]}  # in the place of None, also at the end"


def _typed(parameters: Sequence[str], tensor: str) -> str:
    """The parameters of a hook with their types: the module, which needs none, its inputs, its output."""
    kinds = ["", f": tuple[{tensor}]", f": {tensor}"]
    return ", ".join(f"{item}{kind}" for item, kind in zip(parameters, kinds, strict=False))


def hook_lambda(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """register_forward_hook(lambda module, args, out: ...)."""
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Lambda) if file else []:
        above = file.parent_of(node) if file else None
        if file is None or not isinstance(above, ast.Call) or not dotted(above.func).endswith("_hook"):
            continue
        cause = "a hook is a lambda, which TorchScript cannot compile"
        if _reads_outer(file, node):
            return Finding("hook-lambda", f"{cause}; it reads variables around it", "", _HOOK, node)
        tensor = file.name_of("Tensor")
        gives = f"tuple[{tensor}]" if isinstance(node.body, ast.Tuple) else tensor
        parameters = _typed([item.arg for item in node.args.args], tensor)
        lines = [f"def hook({parameters}) -> {gives}:", f"    return {file.text(node.body)}"]
        return Finding("hook-lambda", cause, "\n".join([*lines, file.replaced(node, "hook")]), _HOOK, node)
    return None


def _registered_first(
    refusal: Refusal, file: UserFile, functions: Sequence[ast.FunctionDef]
) -> list[ast.FunctionDef]:
    """The functions of which the model has a hook first: another class of the file may have one of that name."""
    hooks = [
        hook
        for part in refusal.parts
        for hook in (*part._forward_hooks.values(), *part._forward_pre_hooks.values())
    ]
    codes = [getattr(getattr(hook, "__func__", hook), "__code__", None) for hook in hooks]
    lines = {code.co_firstlineno for code in codes if code is not None and code.co_filename == file.path}
    return sorted(functions, key=lambda function: function.lineno not in lines)


def _reads_outer(file: UserFile, function: ast.FunctionDef | ast.Lambda) -> bool:
    """Whether a function inside another one uses its variables."""
    outer = file.around(function, (ast.FunctionDef, ast.Lambda))
    if not isinstance(outer, (ast.FunctionDef, ast.Lambda)):
        return False
    theirs = {item.arg for item in outer.args.args}
    if isinstance(outer, ast.FunctionDef):
        theirs |= {
            node.id
            for node in ast.walk(outer)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    own = {item.arg for item in function.args.args}
    own |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return bool(used & theirs - own)


def _hook_gives(function: ast.FunctionDef, tensor: str) -> str:
    """The annotation of the result, which a hook needs."""
    values = [value for value in _returned(function) if not _is_none(value)]
    if not values:
        return "None"
    return f"tuple[{tensor}]" if isinstance(values[0], ast.Tuple) else tensor


def _returned(function: ast.FunctionDef) -> list[ast.expr | None]:
    return [item.value for item in ast.walk(function) if isinstance(item, ast.Return)]


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _gives_none_too(function: ast.FunctionDef) -> bool:
    """Whether a hook returns a value in one case and None, which keeps the other value, in another."""
    nones = [_is_none(value) for value in _returned(function)]
    ends = isinstance(function.body[-1], (ast.Return, ast.Raise))
    return not all(nones) and (any(nones) or not ends)


def hook_without_name(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """torch.nn.utils.weight_norm: the hook is an object without a name for the compiler."""
    what = match["kind"]
    others = {"WeightNorm": "weight_norm", "SpectralNorm": "spectral_norm"}
    name = others.get(what, "")
    for file, kind in refusal.code_of_model():
        for call in ast.walk(kind):
            if isinstance(call, ast.Call) and name and _calls_torchs(call, name):
                cause = f"{name}() adds a hook to the module, which TorchScript cannot compile"
                line = without_comment(file.line(call.lineno))
                removed = f"torch.nn.utils.remove_{name}({_target(file, call)}{_weight(file, call)})"
                change = f"{line}\n{removed}  # when it is built"
                return Finding(
                    "hook-object",
                    cause,
                    change,
                    _HOOK,
                    call,
                    file,
                )
    return None


def _calls_torchs(call: ast.Call, name: str) -> bool:
    """Whether it is the function of torch.nn.utils, not the one of the same name in its parametrizations."""
    function = dotted(call.func)
    return function.rsplit(".", 1)[-1] == name and "parametrizations" not in function


def _weight(file: UserFile, call: ast.Call) -> str:
    """The argument that names the weight, if it is another one than `weight`."""
    named = [item.value for item in call.keywords if item.arg == "name"] or call.args[1:2]
    return "".join(f", {file.text(item)}" for item in named)


def _target(file: UserFile, call: ast.Call) -> str:
    statement = file.statement_of(call)
    return file.text(statement.targets[0]) if isinstance(statement, ast.Assign) else "module"


ENTRIES = [
    (r"^(?P<kind>Pre-hook|Hook) '(?P<name>\w+)' on module", hook),
    (r"^'(?P<kind>\w+)' object has no attribute '__name__'", hook_without_name),
    (r"^Expected a single top-level function", hook_lambda),
]
