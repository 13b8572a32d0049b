"""The syntax tree of a file with the user's code."""

from __future__ import annotations

import ast
import linecache


def syntax_nodes(file: str) -> list[ast.AST]:
    """All nodes, outer ones before inner ones; none if Python cannot parse the file."""
    try:
        return list(ast.walk(ast.parse("".join(linecache.getlines(file)))))
    except (SyntaxError, ValueError):
        return []
