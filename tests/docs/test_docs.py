"""The documentation's commands run: every `tsctl` line in a fenced sh or console block is executed.

A document's blocks run in order in one scratch folder that holds docs/examples, so a later block may use what an
earlier one wrote. In a console block the lines after `$ ` are commands and the others are what they print, which is not
compared. An HTML comment on the line before a block changes that:

    <!-- docs-test: exit 1 -->             each of the block's tsctl commands ends with this exit code
    <!-- docs-test: skip: WHY -->          the block is not run, for this reason
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
)

_FENCE = re.compile(r"^\s*```(\w*)\s*$")
_MARK = re.compile(r"^\s*<!-- docs-test: (.*?) -->\s*$")
_SKIP = re.compile(r"^skip: (\S.{9,})$")
_EXIT = re.compile(r"^exit (\d+)$")


@dataclass
class Block:
    """The tsctl commands of one fenced block."""

    line: int
    commands: list[str]
    exit_code: int = 0
    skip: str = ""


def logical_lines(lines: list[str]) -> list[str]:
    """Lines that end in a backslash joined with the next."""
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def commands_of(language: str, lines: list[str]) -> list[str]:
    if language == "console":
        # A continued line belongs to the command above it although no prompt stands before it.
        joined = logical_lines(lines)
        commands = [line.strip()[2:] for line in joined if line.strip().startswith("$ ")]
    else:
        commands = [line.strip() for line in logical_lines(lines)]
    return [command for command in commands if re.match(r"(tsctl|openssl)\b", command)]


def blocks_of(text: str) -> list[Block]:
    blocks = []
    language, body, start, mark = None, [], 0, ""
    previous = ""
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if language is None and fence and fence.group(1) in ("sh", "console"):
            language, body, start = fence.group(1), [], number
            found = _MARK.match(previous)
            mark = found.group(1) if found else ""
        elif language is None and fence:
            language, body, start, mark = "other", [], number, ""
        elif language is not None and fence and not fence.group(1):
            commands = commands_of(language, body) if language != "other" else []
            if commands:
                blocks.append(marked(Block(start, commands), mark))
            language = None
        elif language is not None:
            body.append(line)
        previous = line
    assert language is None, f"the block that begins in line {start} has no end"
    return blocks


def marked(block: Block, mark: str) -> Block:
    if not mark:
        return block
    skip, code = _SKIP.match(mark), _EXIT.match(mark)
    assert skip or code, f"line {block.line}: '{mark}' is neither 'exit N' nor 'skip: ' with a reason"
    if skip:
        block.skip = skip.group(1)
    else:
        block.exit_code = int(code.group(1))
    return block


def run_block(block: Block, folder: pathlib.Path, environment: dict[str, str]) -> list[str]:
    """Run a block's commands and say of each that did not end as the document says what it printed."""
    problems = []
    for command in block.commands:
        result = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        if result.returncode != block.exit_code:
            problems.append(
                f"line {block.line}: exit {result.returncode} instead of {block.exit_code} from: {command}\n"
                f"{result.stdout}{result.stderr}"
            )
    return problems


def scratch(folder: pathlib.Path) -> pathlib.Path:
    shutil.copytree(REPOSITORY / "docs/examples", folder / "docs/examples")
    return folder


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_of_a_document_run(name, request, tmp_path) -> None:
    blocks = [block for block in blocks_of((REPOSITORY / name).read_text(encoding="utf-8")) if not block.skip]
    if not blocks:
        return
    executable = request.getfixturevalue("tsctl")
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(
        [str(executable.parent), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    )
    scratch(tmp_path)
    problems = [problem for block in blocks for problem in run_block(block, tmp_path, environment)]
    assert not problems, "\n".join(problems)


SAMPLE = """
```sh
tsctl one --a \\
  --b
make other
```
text
<!-- docs-test: exit 1 -->
```console
$ tsctl two
what it printed
$ echo tsctl
```
<!-- docs-test: skip: needs a GPU -->
```sh
tsctl three
```
```cpp
tsctl four
```
"""


def test_the_commands_of_a_text_are_found() -> None:
    blocks = blocks_of(SAMPLE)
    assert [[" ".join(command.split()) for command in block.commands] for block in blocks] == [
        ["tsctl one --a --b"],
        ["tsctl two"],
        ["tsctl three"],
    ]
    assert [block.exit_code for block in blocks] == [0, 1, 0]
    assert [block.skip for block in blocks] == ["", "", "needs a GPU"]


def test_a_block_left_out_without_a_reason_is_refused() -> None:
    with pytest.raises(AssertionError, match="reason"):
        blocks_of("<!-- docs-test: skip: -->\n```sh\ntsctl one\n```\n")


def test_another_exit_than_the_documents_is_a_problem(tmp_path) -> None:
    fake = tmp_path / "tsctl"
    fake.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    assert run_block(Block(1, ["tsctl x"], exit_code=3), tmp_path, environment) == []
    assert len(run_block(Block(1, ["tsctl x"]), tmp_path, environment)) == 1
