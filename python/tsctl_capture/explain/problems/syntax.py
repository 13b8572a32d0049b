"""Statements and expressions that TorchScript does not support."""

from __future__ import annotations

import ast
import re
from typing import Any

from .refusal import Finding, Refusal, user_files
from .sentences import (
    FIXED_LENGTH,
    NO_VALUES,
    NOT_IN_FILE,
    of_branch,
)
from .user_code import (
    UserFile,
    dotted,
    names_in,
    parameters_of,
    without_comment,
)


def _dedented(file: UserFile, statements: list[ast.stmt], by: str = "") -> str:
    """The source of statements with another indentation."""
    lines: list[str] = []
    for statement in statements:
        indent = len(file.line(statement.lineno)) - len(file.line(statement.lineno).lstrip())
        for number in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
            lines.append(by + file.line(number)[indent:])
    return "\n".join(lines)


def lambda_expression(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function = refusal.file, refusal.function
    found = file.on_line(refusal.line, ast.Lambda) if file else []
    if file is None or not found:
        return None
    node = found[0]
    above = file.parent_of(node)
    call = file.around(node, ast.Call)
    if isinstance(above, ast.Call) and dotted(above.func).startswith(("torch.cond", "torch.func.")):
        return None  # they have explanations of their own
    if isinstance(above, ast.keyword) and above.arg == "key" and call is not None:
        return _sort_key(file, node, call)
    if isinstance(above, ast.Call) and dotted(above.func) == "map" and len(above.args) == 2:
        text = f"[{file.text(node.body)} for {node.args.args[0].arg} in {file.text(above.args[1])}]"
        return Finding("map", "TorchScript has no map", file.replaced(above, text), NO_VALUES)
    target = above.targets[0] if isinstance(above, ast.Assign) else None
    named = isinstance(target, ast.Name)
    name = target.id if isinstance(target, ast.Name) else "helper"
    parameters = ", ".join([item.arg for item in node.args.args] + _closed_over(function, node))
    change = f"def {name}({parameters}):  # outside the class\n    return {file.text(node.body)}"
    if not named:
        is_called = isinstance(above, ast.Call) and above.func is node
        used = file.replaced(node, name)
        change += f"\n{used.replace(f'({name})(', f'{name}(') if is_called else used}"
    return Finding("lambda", "TorchScript has no lambda", change, NO_VALUES)


def _closed_over(function: ast.FunctionDef | None, node: ast.AST) -> list[str]:
    """Names of the outer function that an inner one uses."""
    if function is None:
        return []
    own = {item.arg for item in ast.walk(node) if isinstance(item, ast.arg)}
    own |= {
        item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
    }
    outer = {item.arg for item in parameters_of(function)}
    outer |= {
        item.id
        for item in ast.walk(function)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
    }
    return sorted((names_in(node) & outer) - own - {getattr(node, "name", "")})


def _sort_key(file: UserFile, node: ast.Lambda, call: ast.Call) -> Finding:
    statement = file.statement_of(call)
    change = ""
    if dotted(call.func) == "sorted" and call.args and len(call.keywords) == 1 and len(node.args.args) == 1:
        values = file.text(call.args[0])
        held = "" if isinstance(call.args[0], ast.Name) else f"values = {values}\n"
        values = values if not held else "values"
        keys = f"[{file.text(node.body)} for {node.args.args[0].arg} in {values}]"
        change = f"{held}ranks: list[int] = torch.tensor({keys}).argsort(stable=True).tolist()\n"
        change += file.replaced(call, f"[{values}[i] for i in ranks]")
    cause = f"TorchScript's {dotted(call.func).rsplit('.', 1)[-1]} takes no key"
    return Finding("sort-key", cause, change, NO_VALUES, statement)


def generator_function(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function = refusal.file, refusal.function
    if file is None or function is None:
        return None
    if any("contextmanager" in ast.unparse(item) for item in function.decorator_list):
        return _with(file, function.name)
    yields = [
        item.value
        for item in function.body
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.Yield)
    ]
    change = ""
    if len(yields) == len(function.body):
        change = f"return [{', '.join(file.text(item.value) for item in yields if item.value)}]"
    cause = f"'{function.name}' is a generator, which TorchScript does not support: return a list"
    return Finding("generator", cause, change, NO_VALUES)


def _with(file: UserFile, name: str, files: list[UserFile] | None = None) -> Finding | None:
    for where in files or [file]:
        for node in ast.walk(where.tree):
            if not isinstance(node, ast.With):
                continue
            if any(
                name in names_in(item.context_expr) or name in dotted(item.context_expr)
                for item in node.items
            ):
                return with_finding(where, node)
    return None


def with_finding(file: UserFile, node: ast.With) -> Finding:
    context = file.text(node.items[0].context_expr)
    off = re.match(r"torch\.(set_grad_enabled\(False\)|inference_mode\(\))", context)
    change = "with torch.no_grad():" if off else _dedented(file, node.body)
    cause = f"TorchScript does not support 'with {context}', only torch.no_grad() and torch.autocast()"
    return Finding("with-statement", cause, change, NO_VALUES, node, file)


def with_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    found = refusal.file.on_line(refusal.line, ast.With) if refusal.file else []
    return with_finding(refusal.file, found[0]) if found and refusal.file else None


def with_null_context(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    files = user_files(refusal.model)
    return _with(files[0], match["name"], files) if files else None


def comprehension(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found: list[Any] = file.on_line(refusal.line, (ast.ListComp, ast.GeneratorExp)) if file else []
    found = [node for node in found if len(node.generators) > 1 or any(part.ifs for part in node.generators)]
    if file is None or not found:
        return None
    node = found[0]
    lines = [f"items{_element_note(file, node)} = []"]
    depth = 0
    for part in node.generators:
        lines.append("    " * depth + f"for {file.text(part.target)} in {file.text(part.iter)}:")
        depth += 1
        for test in part.ifs:
            lines.append("    " * depth + f"if {file.text(test)}:")
            depth += 1
    lines.append("    " * depth + f"items.append({file.text(node.elt)})")
    bare = isinstance(node, ast.GeneratorExp) and isinstance(file.parent_of(node), ast.Call)
    line = file.replaced(node, "(items)" if bare and file.text(node).startswith("(") else "items")
    what = "a condition" if any(part.ifs for part in node.generators) else "two loops"
    if "ifs" in match.string and what == "two loops":
        return None
    cause = f"a list comprehension in TorchScript has one loop and no condition, but this one has {what}"
    return Finding("comprehension", cause, "\n".join([*lines, line]), FIXED_LENGTH, node)


def _element_note(file: UserFile, node: ast.ListComp | ast.GeneratorExp) -> str:
    """The annotation ": list[int]" if every name in the element counts over range; tensors need none."""
    counted = {
        item.id
        for part in node.generators
        if isinstance(part.iter, ast.Call) and dotted(part.iter.func) in ("range", "len")
        for item in ast.walk(part.target)
        if isinstance(item, ast.Name)
    }
    divided = any(isinstance(item, (ast.Div, ast.Pow)) for item in ast.walk(node.elt))
    if names_in(node.elt) and names_in(node.elt) <= counted:
        return ": list[float]" if divided else ": list[int]"
    return ""


def set_expression(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    if file is None:
        return None
    cause = "TorchScript has no set: use a list without duplicates"
    for node in file.on_line(refusal.line, (ast.Set, ast.SetComp)):
        change = file.replaced(node, f"[{file.text(node)[1:-1]}]")
        return Finding("set", cause, change, NO_VALUES)
    for node in file.on_line(refusal.line, ast.Call):
        if dotted(node.func) in ("set", "frozenset"):
            inner = file.text(node.args[0]) if node.args else "[]"
            return Finding("set", cause, file.replaced(node, inner), NO_VALUES)
    return None


def try_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.Try) if file else []
    if file is None or not found:
        return None
    node = found[0]
    caught = ", ".join(file.text(item.type) if item.type else "everything" for item in node.handlers)
    cause = f"TorchScript has no try: a file cannot catch {caught}" if caught else "TorchScript has no try"
    change = _dedented(file, [*node.body, *node.orelse, *node.finalbody])
    if any(isinstance(item, ast.Raise) for part in node.body for item in ast.walk(part)):
        change = ""  # the handler has a part in the result
    return Finding("try", cause, change, "tracing would keep the path that the example takes through it")


def walrus(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.NamedExpr) if file else []
    if file is None or not found:
        return None
    node = found[0]
    name = file.text(node.target)
    line = file.replaced(node, name).replace(f"({name})", name)
    looped = isinstance(file.statement_of(node), ast.While)
    change = "" if looped else f"{name} = {file.text(node.value)}\n{line}"
    return Finding("walrus", "TorchScript has no assignment inside an expression", change, NO_VALUES)


def global_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function = refusal.file, refusal.function
    found = file.on_line(refusal.line, ast.Global) if file else []
    if file is None or function is None or not found:
        return None
    name = found[0].names[0]
    changed = [
        item
        for item in ast.walk(function)
        if isinstance(item, ast.AugAssign) and isinstance(item.target, ast.Name) and item.target.id == name
    ]
    change = f"self.{name.lower()} = {_global_value(file, name)}  # in __init__"
    if changed:
        change += f"\n{file.replaced(changed[0].target, f'self.{name.lower()}')}"
    cause = f"TorchScript cannot change the global '{name}': store the value in an attribute of the module"
    return Finding("global-statement", cause, change, NOT_IN_FILE)


def _global_value(file: UserFile, name: str) -> str:
    values = [
        item.value
        for item in file.tree.body
        if isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and item.targets[0].id == name
    ]
    return file.text(values[0]) if values else "0"


def nested_function(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.FunctionDef) if file else []
    if file is None or not found:
        return None
    node = found[0]
    needed = _closed_over(file.around(node, ast.FunctionDef), node)
    lines = _dedented(file, [node]).splitlines()
    if needed:
        lines[0] = (
            lines[0].replace("):", f", {', '.join(needed)}):")
            if node.args.args
            else lines[0].replace("()", f"({', '.join(needed)})")
        )
    lines[0] = f"{without_comment(lines[0])}  # outside the class"
    return Finding(
        "nested-function",
        f"'{node.name}' is defined inside another function, which TorchScript does not support",
        "\n".join(lines),
        NO_VALUES,
    )


def nested_class(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.ClassDef) if file else []
    if file is None or not found:
        return None
    lines = _dedented(file, [found[0]]).splitlines()
    lines[0] = f"{without_comment(lines[0])}  # at the top of the file"
    cause = f"the class '{found[0].name}' is defined inside a function, which TorchScript does not support"
    return Finding("nested-class", cause, "\n".join(lines), NO_VALUES)


def import_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    if refusal.file is None:
        return None
    line = without_comment(refusal.file.line(refusal.line))
    cause = "TorchScript has no import inside a function"
    return Finding("import-in-function", cause, f"{line}  # at the top of the file", NO_VALUES)


def match_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.Match) if file else []
    if file is None or not found:
        return None
    node = found[0]
    lines: list[str] = []
    for case in node.cases:
        if isinstance(case.pattern, ast.MatchValue):
            test = f"{file.text(node.subject)} == {file.text(case.pattern.value)}"
            lines.append(f"{'elif' if lines else 'if'} {test}:")
        elif isinstance(case.pattern, ast.MatchAs) and case.pattern.name is None and case.guard is None:
            lines.append("else:")
        else:
            lines = []
            break
        lines.append(_dedented(file, case.body, "    "))
    tracing = of_branch(node.subject, refusal.function)
    return Finding("match", "TorchScript has no match", "\n".join(lines), tracing)


def loop_else(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """The else of a loop. For while loops torch fails to write its message and names no place."""
    files = [refusal.file] if refusal.file else user_files(refusal.model)
    for file in files:
        for node in ast.walk(file.tree):
            if not isinstance(node, (ast.For, ast.While)) or not node.orelse:
                continue
            if refusal.file is not None and node.lineno != refusal.line:
                continue
            word = "for" if isinstance(node, ast.For) else "while"
            ends = any(isinstance(item, ast.Break) for item in ast.walk(node))
            change = "" if ends else f"{_dedented(file, node.orelse)}  # after the loop"
            return Finding(
                "loop-else",
                f"TorchScript has no else after a {word} loop",
                change,
                of_branch(node.test, refusal.function) if isinstance(node, ast.While) else FIXED_LENGTH,
                node,
                file,
            )
    return None


def augmented_assignment(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    found = refusal.file.on_line(refusal.line, ast.AugAssign) if refusal.file else []
    if refusal.file is None or not found:
        return None
    signs = {ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitXor: "^", ast.FloorDiv: "//"}
    sign = signs.get(type(found[0].op), "")
    target, value = refusal.text(found[0].target), refusal.text(found[0].value)
    change = f"{target} = {target} {sign} {value}" if sign else ""
    return Finding("augmented-assignment", f"TorchScript has no '{sign}='", change, NO_VALUES)


def async_function(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    if refusal.file is None or not refusal.file.on_line(refusal.line, ast.AsyncFunctionDef):
        return None
    line = without_comment(refusal.file.line(refusal.line))
    cause = "TorchScript has no async functions"
    return Finding("async", cause, line.replace("async def", "def", 1), NO_VALUES)


def dots_statement(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    found = refusal.file.on_line(refusal.line, ast.Expr) if refusal.file else []
    if found and isinstance(found[0].value, ast.Constant) and found[0].value.value is ...:
        return Finding("dots", "TorchScript has no `...` statement", "pass", NO_VALUES)
    return None


def slice_assignment(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = file.on_line(refusal.line, ast.Assign) if file else []
    target = found[0].targets[0] if found else None
    if file is None or not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Slice):
        return None
    name = file.text(target.value)
    first = f"{name}[:{file.text(target.slice.lower)}] + " if target.slice.lower else ""
    last = f" + {name}[{file.text(target.slice.upper)}:]" if target.slice.upper else ""
    change = "" if target.slice.step else f"{name} = {first}{file.text(found[0].value)}{last}"
    return Finding("slice-assignment", "TorchScript cannot assign to a slice of a list", change, NO_VALUES)


ENTRIES = [
    (r"^Lambda aren't supported", lambda_expression),
    (r"^Yield(?:From)? aren't supported", generator_function),
    (
        r"^With item expression must return an object|^Unknown builtin op: aten::inference_mode",
        with_statement,
    ),
    (r"^Expected <function (?P<name>\w+)\.__aenter__", with_null_context),
    (r"^Comprehension ifs|^Only a single generator", comprehension),
    (r"^Set(?:Comp)? aren't supported|^(?:frozen)?set\(", set_expression),
    (r"^try blocks", try_statement),
    (r"^NamedExpr aren't", walrus),
    (r"^global variables aren't", global_statement),
    (r"^function definitions aren't", nested_function),
    (r"^class definitions aren't", nested_class),
    (r"^import statements aren't", import_statement),
    (r"^Match aren't", match_statement),
    (r"^else branches of|^__init__\(\): incompatible constructor arguments.*ErrorReport", loop_else),
    (r"^unsupported kind of augmented assignment", augmented_assignment),
    (r"^Expected a single top-level function", async_function),
    (r"^Cannot emit expr for: \(dots\)", dots_statement),
    (r"^Sliced expression not yet supported", slice_assignment),
]
