"""Functions of Python and numpy that TorchScript does not support."""

from __future__ import annotations

import ast
import math
import re
import types

import torch

from .refusal import Finding, Refusal
from .sentences import (
    KEEPS_VALUE,
    NO_VALUES,
    NOT_IN_FILE,
    type_of_literal,
)
from .user_code import (
    UserFile,
    assignments_to,
    called_name,
    dotted,
    without_comment,
)

_ONE_VALUE = "tracing would keep the value from the capture for every input"


def name_of_library(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """np.sqrt, np.pi, os.environ, logger.info."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Attribute):
        return None
    root = dotted(node).split(".")[0]
    library = refusal.resolved(root)
    named = library.__name__ if isinstance(library, types.ModuleType) else type(library).__name__
    if named == "numpy":
        return _numpy_name(file, node)
    if named == "os" or match.groupdict().get("kind") == "_Environ":
        return _environment(file, node)
    if named in ("Logger", "RootLogger") or named == "logging":
        call = file.around(node, ast.Call)
        shown = file.text(call.args[0]) if call is not None and call.args else '""'
        cause = f"TorchScript cannot use the {named} '{root}': a file has only print"
        change = file.replaced(call, f"print({shown})") if call is not None else ""
        return Finding("logging", cause, change, NOT_IN_FILE)
    return None


def _numpy_name(file: UserFile, node: ast.AST) -> Finding:
    """np.sqrt(2.0) as math.sqrt(2.0), np.clip(x, 0, 1) as torch.clip(x, 0, 1)."""
    call = file.parent_of(node)
    arguments = call.args if isinstance(call, ast.Call) and call.func is node else []
    plain = all(type_of_literal(item) for item in arguments)
    name = dotted(node).rsplit(".", 1)[-1]
    other = (
        f"math.{name}" if plain and hasattr(math, name) else f"torch.{name}" if hasattr(torch, name) else ""
    )
    cause = f"TorchScript does not support numpy, here {dotted(node)}"
    change = file.replaced(node, other) if other else ""
    if other.startswith("torch."):
        change = re.sub(r"(\.(detach|cpu|numpy)\(\))+", "", change).replace("axis=", "dim=")
    if other.startswith("math.") and not file.imports("math"):
        change = f"import math  # at the top of the file\n{change}"
    return Finding("numpy", cause, change, NO_VALUES if plain else KEEPS_VALUE, node, file)


def _environment(file: UserFile, node: ast.AST) -> Finding:
    outer = node
    while isinstance(above := file.parent_of(outer), (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(above, ast.Call) and above.func is not outer:
            break
        outer = above
    keys = [
        item.value
        for item in ast.walk(outer)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    name = f"self.{keys[0].lower()}" if keys and keys[0].isidentifier() else "self.setting"
    change = f"{name} = {file.text(outer)}  # in __init__\n{file.replaced(outer, name)}"
    cause = "TorchScript has no os: read the environment when the module is built"
    return Finding("environment", cause, change, _ONE_VALUE)


def python_builtin(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    if file is None or refusal.in_library is not None:
        return None
    for call in file.on_line(refusal.line, ast.Call):
        name = dotted(call.func)
        if name.rsplit(".", 1)[-1] == match["name"] or (
            refusal.node is not None and call.func is refusal.node
        ):
            return _python_call(refusal, file, call)
    return None


def _python_call(refusal: Refusal, file: UserFile, call: ast.Call) -> Finding:
    name = dotted(call.func)
    cause = f"TorchScript cannot call Python's {name}()"
    arguments = [file.text(item) for item in call.args]
    if name == "setattr" and len(call.args) == 3 and isinstance(call.args[1], ast.Constant):
        change = f"{arguments[0]}.{call.args[1].value!s} = {arguments[2]}"
        return Finding("setattr", cause, change, NOT_IN_FILE)
    if name == "next" and "parameters" in arguments[0]:
        module = refusal.module_around(call) or next(iter(refusal.parts), None)
        first = next((key for key, _ in module.named_parameters()), "") if module is not None else ""
        change = file.replaced(call, f"self.{first}") if first and not re.search(r"\.\d", first) else ""
        return Finding("next-parameter", f"{cause}: name the parameter", change, NO_VALUES)
    if name.startswith(("random.", "time.")):
        return _impure(file, call, name, cause, arguments)
    if name == "math.prod" and len(call.args) == 1:
        shape = arguments[0].removesuffix(".shape") if arguments[0].endswith(".shape") else ""
        change = file.replaced(
            call, f"{shape}.numel()" if shape else f"int(torch.tensor({arguments[0]}).prod())"
        )
        return Finding("python-function", cause, change, NO_VALUES)
    return Finding("python-function", cause, _without(file, call), NO_VALUES)


def _without(file: UserFile, call: ast.Call) -> str:
    """The change that stores the value in __init__, if all arguments are literals."""
    if not call.args or not all(type_of_literal(item) for item in call.args) or "." not in dotted(call.func):
        return ""
    name = f"self.{dotted(call.func).rsplit('.', 1)[-1]}_value"
    return f"{name} = {file.text(call)}  # in __init__\n{file.replaced(call, name)}"


def _impure(file: UserFile, call: ast.Call, name: str, cause: str, arguments: list[str]) -> Finding:
    others = {
        "random.random": "float(torch.rand(1))",
        "random.gauss": "float(torch.randn(1))",
    }
    if name == "random.randint" and len(arguments) == 2:
        others[name] = f"int(torch.randint({arguments[0]}, {arguments[1]} + 1, (1,)))"
    if name == "random.uniform" and len(arguments) == 2:
        others[name] = f"({arguments[0]} + ({arguments[1]} - {arguments[0]}) * float(torch.rand(1)))"
    if name.startswith("random."):
        other = others.get(name, "")
        return Finding("random", cause, file.replaced(call, other) if other else "", _ONE_VALUE)
    return Finding(
        "clock", f"{cause}: measure time outside the model", file.replaced(call, "0.0"), _ONE_VALUE
    )


def python_random(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """random.choice(list(self.layers))(x): a method of Python's generator, with arguments that are no tensors."""
    file, name = refusal.file, match["name"]
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        if file is None or called_name(call) != name:
            continue
        found = _impure(
            file, call, f"random.{name}", f"TorchScript cannot call Python's {dotted(call.func)}()", []
        )
        if name == "choice" and len(call.args) == 1:
            found.change = _choice_of_module(file, call)
            found.cause += ": draw the position with torch.randint"
        return found
    return None


def _choice_of_module(file: UserFile, call: ast.Call) -> str:
    """random.choice(list(self.layers))(x) as a loop; empty for other code."""
    outer, held = file.parent_of(call), call.args[0]
    if isinstance(held, ast.Call) and dotted(held.func) in ("list", "tuple") and len(held.args) == 1:
        held = held.args[0]
    if not isinstance(outer, ast.Call) or outer.func is not call or not outer.args or not dotted(held):
        return ""
    items, arguments = file.text(held), ", ".join(file.text(item) for item in outer.args)
    return (
        f"chosen = int(torch.randint(0, len({items}), (1,)))\nout = {file.text(outer.args[0])}\n"
        f"for i, layer in enumerate({items}):\n    if i == chosen:\n        out = layer({arguments})\n"
        f"{file.replaced(outer, 'out')}"
    )


def numpy_random(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """np.random.rand()."""
    file = refusal.file
    others = {
        "rand": "float(torch.rand(1))",
        "random": "float(torch.rand(1))",
        "randn": "float(torch.randn(1))",
    }
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        if file is not None and dotted(call.func).endswith(f"random.{match['name']}"):
            other = others.get(match["name"], "") if not call.args else ""
            cause = f"TorchScript cannot call numpy's {dotted(call.func)}()"
            return Finding("random", cause, file.replaced(call, other) if other else "", _ONE_VALUE)
    return None


def without_source(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """os.path.exists and similar calls. torch names neither file nor line, so the call is searched."""
    wanted = match["name"]
    for file, code in refusal.code_of_model():
        for call in ast.walk(code):
            if not isinstance(call, ast.Call) or called_name(call) != wanted:
                continue
            if file.around(call, ast.FunctionDef) is None or dotted(call.func).startswith("self."):
                continue
            refusal.file, refusal.line = file, call.lineno
            cause = f"TorchScript cannot call Python's {dotted(call.func)}(), whose source it cannot read"
            return Finding("python-function", cause, _without(file, call), _ONE_VALUE, call, file)
    return None


def numpy_function(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A numpy function in the user's code; torch names neither file nor line."""
    for file, code in refusal.code_of_model():
        named = [
            alias.asname or alias.name
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "numpy"
        ]
        for call in ast.walk(code):
            if isinstance(call, ast.Call) and dotted(call.func).split(".")[0] in named:
                function = file.around(call, ast.FunctionDef)
                if function is None or function.name == "__init__":
                    continue
                return _numpy_name(file, call.func)
    return None


def attribute_by_name(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """getattr(self, f"layer{i}") and hasattr with a variable."""
    file, word = refusal.file, match["word"]
    calls = (
        [item for item in file.on_line(refusal.line, ast.Call) if dotted(item.func) == word] if file else []
    )
    if file is None or not calls or len(calls[0].args) < 2:
        return None
    call, key = calls[0], calls[0].args[1]
    cause = f"{word} needs a literal name: the compiler does not know the value of '{file.text(key)}'"
    change = ""
    module = refusal.module_around(call)
    loop = file.around(call, ast.For)
    if isinstance(key, ast.JoinedStr) and module is not None and loop is not None and len(loop.body) == 1:
        pattern = "".join(
            re.escape(str(item.value)) if isinstance(item, ast.Constant) else r"(\d+)" for item in key.values
        )
        names = [name for name, _ in module.named_children() if re.fullmatch(pattern, name)]
        change = "\n".join(file.replaced(call, f"self.{name}") for name in names)
    elif isinstance(key, ast.Name) and refusal.function is not None:
        given = assignments_to(refusal.function, key.id, refusal.line)
        value = given[-1].value if given else None
        if type_of_literal(value) == "str" and value is not None:
            change = file.replaced(key, file.text(value))
    return Finding("attribute-by-name", cause, change, NO_VALUES)


def mapped(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """map(int, values) and filter."""
    file = refusal.file
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        if file is not None and dotted(call.func) == "map" and len(call.args) == 2:
            text = f"[{file.text(call.args[0])}(item) for item in {file.text(call.args[1])}]"
            return Finding("map", "TorchScript has no map", file.replaced(call, text), NO_VALUES)
        if file is not None and dotted(call.func).endswith("defaultdict"):
            statement = file.statement_of(call)
            name = file.text(statement.targets[0]) if isinstance(statement, ast.Assign) else "values"
            kind = file.text(call.args[0]) if call.args else "int"
            change = f"{name}: dict[str, {kind}] = {{}}"
            return Finding("default-dict", "TorchScript has no defaultdict", change, NO_VALUES)
    return None


def python_iterator(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """itertools.product and other Python functions."""
    file = refusal.file
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        if file is None or called_name(call) != match["name"]:
            continue
        change = ""
        loop = file.parent_of(call)
        if match["name"] == "product" and isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple):
            pairs = list(zip(loop.target.elts, call.args, strict=False))
            lines = ["    " * i + f"for {file.text(a)} in {file.text(b)}:" for i, (a, b) in enumerate(pairs)]
            body = [without_comment(file.line(item.lineno)) for item in loop.body]
            change = "\n".join(lines + ["    " * len(pairs) + line for line in body])
        cause = f"TorchScript cannot call Python's {dotted(call.func)}()"
        return Finding("python-function", cause, change, NO_VALUES)
    return None


def type_comparison(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """type(x) == torch.Tensor, and isinstance with a type that TorchScript lacks."""
    file = refusal.file
    if file is None:
        return None
    for node in file.on_line(refusal.line, ast.Compare):
        left = node.left
        if isinstance(left, ast.Call) and dotted(left.func) == "type" and len(node.ops) == 1:
            negated = "not " if isinstance(node.ops[0], (ast.NotEq, ast.IsNot)) else ""
            text = f"{negated}isinstance({file.text(left.args[0])}, {file.text(node.comparators[0])})"
            cause = "types are not values in TorchScript: check them with isinstance"
            return Finding(
                "type-comparison",
                cause,
                file.replaced(node, text),
                "tracing works, with the types of the example",
            )
    for call in file.on_line(refusal.line, ast.Call):
        if dotted(call.func) == "isinstance" and len(call.args) == 2:
            kind = file.text(call.args[1])
            cause = f"TorchScript has no type {kind}, so isinstance cannot check for it"
            above = file.parent_of(call)
            change = ""
            if isinstance(above, ast.If) and above.test is call and not above.orelse:
                change = f"if not torch.jit.is_scripting():\n    {without_comment(file.line(call.lineno))}"
            return Finding(
                "isinstance-without-type", cause, change, "tracing works, with the types of the example"
            )
    return None


ENTRIES = [
    (r"^Random\.(?P<name>\w+)\(", python_random),
    (r"^RandomState\.(?P<name>\w+)\(", numpy_random),
    (r"^object has no attribute (?P<name>\w+)", name_of_library),
    (r"^attribute lookup is not defined on python value of type '(?P<kind>(?!type')\w+)'", name_of_library),
    (r"^cannot create weak reference to 'numpy", numpy_function),
    (r"^Python builtin <built-in (?:function|method) (?P<name>\w+)", python_builtin),
    (r"^Can't get source for <function (?P<name>\w+)", without_source),
    (r"^(?P<word>getattr|hasattr)'s second argument", attribute_by_name),
    (r"cannot be used as a value", mapped),
    (r"^(?P<name>\w+)\(Tensor 0", python_iterator),
    (
        r"^builtin cannot be used as a value|^Unknown type name"
        r"|^'Tensor' object has no attribute or method '__name__'",
        type_comparison,
    ),
]
