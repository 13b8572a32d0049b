"""Code of torch and Python itself that TorchScript cannot compile."""

from __future__ import annotations

import ast
import re
from typing import Any

from .refusal import Finding, Refusal, user_nodes
from .sentences import (
    KEEPS_BRANCH,
    KEEPS_VALUE,
    NO_VALUES,
)
from .syntax import with_finding
from .user_code import (
    UserFile,
    attribute_assignment,
    called_name,
    dotted,
    user_file,
    without_comment,
)


def unknown_operator(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """torch.Tensor(...), torch.finfo, and other functions that are not operators."""
    file, name = refusal.file, match["name"]
    if file is None:
        return None
    cause = f"TorchScript has no torch.{name}"
    calls = [item for item in file.on_line(refusal.line, ast.Call) if dotted(item.func).endswith(f".{name}")]
    if not calls:
        return None
    call = calls[0]
    if name == "Tensor":
        change = file.replaced(call.func, f"{dotted(call.func).removesuffix('Tensor')}tensor")
        return Finding("torch-function", cause, change, KEEPS_VALUE)
    if name == "from_numpy" and call.args:
        return Finding("numpy", cause, file.replaced(call, file.text(call.args[0])), KEEPS_VALUE)
    if name == "is_tensor":
        change = file.replaced(call, f"isinstance({file.text(call.args[0])}, {file.name_of('Tensor')})")
        return Finding("torch-function", cause, change, NO_VALUES)
    if name in ("finfo", "iinfo"):
        used = file.parent_of(call)
        outer = used if isinstance(used, ast.Attribute) else call
        attribute = (
            f"self.lowest_{'float' if name == 'finfo' else 'int'}"
            if getattr(outer, "attr", "") == "min"
            else "self.limit"
        )
        fixed = (
            f"torch.{name}(torch.{'float32' if name == 'finfo' else 'int64'}).{getattr(outer, 'attr', 'max')}"
        )
        change = f"{attribute} = {fixed}  # in __init__\n{file.replaced(outer, attribute)}"
        return Finding("torch-function", cause, change, NO_VALUES)
    return Finding("torch-function", cause, "", NO_VALUES)


def library_code(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A function of torch or Python whose own code TorchScript cannot compile."""
    if refusal.in_library is None or refusal.file is None:
        return _library_call_without_place(refusal)
    file, node = refusal.file, refusal.node
    call = node if isinstance(node, ast.Call) else file.around(node, ast.Call) if node is not None else None
    if call is None or not dotted(call.func):
        call = next(iter(file.on_line(refusal.line, ast.Call)), None)
    return _library_finding(file, call) if call is not None else None


def _library_call_without_place(refusal: Refusal) -> Finding | None:
    """torch names only its own file: the call is searched by the function's name."""
    if refusal.in_library is None:
        return None
    names = [getattr(item, "__name__", "") for item in reversed(refusal.functions)]
    library = user_file(refusal.in_library.file)
    function = library.function_at(refusal.in_library.line) if library else None
    names += [function.name] if function is not None else []
    for name in names:
        for file, call in user_nodes(refusal.model, ast.Call):
            if called_name(call) == name:
                return _library_finding(file, call)
    return _parametrized(refusal)


def _parametrized(refusal: Refusal) -> Finding | None:
    """torch.nn.utils.parametrizations: torch's own code computes a weight."""
    root = next(iter(refusal.parts), None)
    for path, part in root.named_modules() if root is not None else ():
        parametrizations: Any = getattr(part, "parametrizations", None)
        if root is None or parametrizations is None:
            continue
        name = path.rsplit(".", 1)[-1]
        owner = root.get_submodule(path.rpartition(".")[0])
        found = attribute_assignment(type(owner), name)
        weight = next(iter(parametrizations), "weight")
        if found is not None:
            file, statement = found
            removed = f'torch.nn.utils.parametrize.remove_parametrizations(self.{name}, "{weight}")'
            cause = (
                f"'{weight}' of '{name}' is computed by a parametrization, whose code TorchScript "
                "cannot compile"
            )
            change = f"{without_comment(file.line(statement.lineno))}\n{removed}"
            tracing = "tracing works: a trace records what the parametrization computes"
            return Finding("parametrization", cause, change, tracing, statement, file)
    return None


def _library_finding(file: UserFile, call: ast.Call) -> Finding:
    if isinstance(file.parent_of(call), ast.withitem) and (node := file.around(call, ast.With)) is not None:
        return with_finding(file, node)
    name = dotted(call.func)
    short = name.rsplit(".", 1)[-1]
    change = ""
    if short == "checkpoint" and call.args:
        rest = ", ".join(file.text(item) for item in call.args[1:])
        change = file.replaced(call, f"{file.text(call.args[0])}({rest})")
    if short == "apply":
        return _custom_function(file, call, name)
    shown = name or file.text(call.func)
    cause = f"{shown}() is written in Python that TorchScript cannot compile"
    return Finding("library-function", cause, change, NO_VALUES, call, file)


def gradient(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """torch.autograd.grad(energy, x) in forward."""
    file = refusal.file
    calls = file.on_line(refusal.line, ast.Call) if file is not None else []
    found = [
        call for call in calls if dotted(call.func).startswith("torch.") and called_name(call) in _GRADIENTS
    ]
    if not found:
        return None
    name = dotted(found[0].func)
    cause = f"a file computes no gradients, here {name}(): call it on the file's output"
    return Finding("library-function", cause, "", "", found[0], file)


_GRADIENTS = ("grad", "backward", "jacobian", "hessian", "vjp", "jvp", "jacrev", "jacfwd", "enable_grad")


def conditional(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """torch.cond(p, f, g, (x,)) as `f(x) if p else g(x)`."""
    file = refusal.file
    calls = file.on_line(refusal.line, ast.Call) if file is not None else []
    call = next((one for one in calls if dotted(one.func) == "torch.cond" and len(one.args) >= 3), None)
    if file is None or call is None:
        return None
    condition, *branches = call.args[:3]
    held = call.args[3] if len(call.args) > 3 else ast.Tuple([])
    cause = "torch.cond() is written in Python that TorchScript cannot compile: write the branch itself"
    change = ""
    if isinstance(held, (ast.Tuple, ast.List)):
        operands = [file.text(item) for item in held.elts]
        left, right = (_applied(file, branch, operands) for branch in branches)
        text = f"{left} if {file.text(condition)} else {right}"
        change = file.replaced(call, text if isinstance(file.parent_of(call), ast.Return) else f"({text})")
    return Finding("library-function", cause, change, KEEPS_BRANCH, call, file)


def _applied(file: UserFile, function: ast.expr, operands: list[str]) -> str:
    if not isinstance(function, ast.Lambda):
        return f"{file.text(function)}({', '.join(operands)})"
    text = file.text(function.body)
    for parameter, operand in zip(function.args.args, operands, strict=False):
        text = re.sub(rf"\b{parameter.arg}\b", operand, text)
    return f"({text})"


def compiled_function(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """torch.compile(f)(x) in forward."""
    file = refusal.file
    calls = file.on_line(refusal.line, ast.Call) if file is not None else []
    found = [call for call in calls if dotted(call.func) in ("torch.compile", "compile") and call.args]
    if file is None or not found:
        return None
    cause = "TorchScript cannot call torch.compile(): call the function itself"
    change = file.edited([(call, file.text(call.args[0])) for call in found])
    return Finding("library-function", cause, change, NO_VALUES, found[0], file)


def _custom_function(file: UserFile, call: ast.Call, name: str) -> Finding:
    owner = name.rsplit(".", 1)[0]
    kind = file.class_named(owner)
    cause = (
        f"'{owner}' is a torch.autograd.Function, which TorchScript does not support: a file needs "
        "only its forward"
    )
    change = ""
    forwards = (
        [item for item in kind.body if isinstance(item, ast.FunctionDef) and item.name == "forward"]
        if kind
        else []
    )
    if forwards and isinstance(forwards[0].body[-1], ast.Return) and len(forwards[0].body) == 1:
        names = [item.arg for item in forwards[0].args.args][1:]
        text = file.text(forwards[0].body[-1].value) if forwards[0].body[-1].value else ""
        for parameter, argument in zip(names, call.args, strict=False):
            text = re.sub(rf"\b{parameter}\b", file.text(argument), text)
        change = file.replaced(
            call, f"({text})" if not isinstance(file.parent_of(call), ast.Return) else text
        )
    return Finding("autograd-function", cause, change, NO_VALUES, call, file)


def exported_call(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A custom autograd function, which torch before 2.12 compiles but refuses to save."""
    if refusal.file is None:
        return None
    for call in refusal.file.on_line(refusal.line, ast.Call):
        name = dotted(call.func)
        if name == f"{match['name']}.apply" or name.endswith(f".{match['name']}.apply"):
            return _custom_function(refusal.file, call, name)
    return None


ENTRIES = [
    (r"", compiled_function),
    (r"", conditional),
    (r"", gradient),
    (r"^Could not export Python function call '(?P<name>\w+)'", exported_call),
    (r"^Unknown builtin op: aten::(?P<name>\w+)", unknown_operator),
    (r"", library_code),
]
