"""Every problem of the catalogue, as the pages of docs/capture-problems show it.

The bad model is refused at the marked line with this problem; the good one holds the change and is captured.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture.submodules import forget_compiled_types
from tsctl_capture.explain import problems

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "capture-problems"
INDEX = FOLDER / "README.md"
PAGES = [page for page in sorted(FOLDER.glob("*.md")) if page != INDEX]
SOURCES = sorted((ROOT / "python" / "tsctl_capture" / "explain" / "problems").glob("*.py"))
MARK = "  # refused"
WITHOUT_CODE = {"not-a-tensor"}  # the line does not show what is meant


class Entry(NamedTuple):
    problem: str
    bad: str
    good: str
    same: bool  # whether both give the same outputs


def entries() -> list[Entry]:
    found = []
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        problem = part.split("\n", 1)[0].strip()
        blocks = re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)
        assert len(blocks) == 2, f"{problem} has {len(blocks)} examples"
        found.append(Entry(problem, *blocks, "are not the same" not in part))
    return found


ENTRIES = entries()


def problems_in_code() -> set[str]:
    pattern = re.compile(r'Finding\(\s*"([a-z-]+)"')
    return {name for path in SOURCES for name in pattern.findall(path.read_text(encoding="utf-8"))}


def inputs_of(code: str):
    shapes = re.search(r"^# --input (.+)$", code, flags=re.MULTILINE)
    assert shapes, "an example begins with its inputs"
    sizes = [[int(size) for size in shape.split("x")] for shape in shapes[1].split()]
    return input_set(*(tensor(*shape, stream=i) for i, shape in enumerate(sizes)))


def without_comment(line: str) -> str:
    return re.sub(r"  # .*$", "", line).strip()


def marked_line(code: str) -> int:
    marked = [number for number, line in enumerate(code.splitlines(), 1) if line.endswith(MARK)]
    assert len(marked) == 1, "one line is marked"
    return marked[0]


@pytest.fixture(autouse=True)
def as_in_a_process_of_its_own(monkeypatch):
    """And with the errors of the table's own functions, which are passed over otherwise."""
    forget_compiled_types()

    def explained(explain, refusal, match):
        found = explain(refusal, match)
        return problems._diagnosis(refusal, found) if found is not None else None

    monkeypatch.setattr(problems, "_explained", explained)


@pytest.fixture
def captured(request_for, tmp_path, events):
    def capture(name: str, code: str, mode: str = "script"):
        file = tmp_path / f"{name}.py"
        file.write_text(code, encoding="utf-8")
        return jobs.run("capture", request_for(f"{file}:Net", inputs_of(code), mode=mode), events)

    return capture


def eager(name: str, code: str) -> object:
    scope: dict[str, object] = {"__name__": name}
    exec(compile(code, name, "exec"), scope)
    torch.manual_seed(0)
    shape = [item["shape"] for item in inputs_of(code)["tensors"]][0]
    example = torch.linspace(-1, 1, shape[0] * shape[1]).reshape(shape)
    torch.manual_seed(0)
    model = scope["Net"]().eval()
    with torch.no_grad():
        return model(example)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.problem)
def test_the_bad_example_is_diagnosed(entry, captured):
    name = f"bad_{entry.problem.replace('-', '_')}"
    result = captured(name, entry.bad)
    assert result["failure"] is not None, "it is captured"
    attempt = result["attempts"][0]
    diagnosis = attempt["diagnosis"]
    assert diagnosis is not None, attempt["reason"]
    line = marked_line(entry.bad)
    source_line = entry.bad.splitlines()[line - 1].removesuffix(MARK).strip()
    found = (diagnosis["problem"], diagnosis["line"], diagnosis["source_line"])
    assert found == (entry.problem, line, source_line), diagnosis
    assert Path(diagnosis["file"]).name == f"{name}.py"
    cause = diagnosis["cause"]
    assert attempt["reason"] == f"{name}.py:{line}: {cause}" and cause[-1] not in ".\n" and "\n" not in cause
    assert cause in result["failure"]["message"]
    assert "site-packages" not in attempt["detail"] and attempt["detail"]
    assert diagnosis["change"] or entry.problem in WITHOUT_CODE
    good = {without_comment(text) for text in entry.good.splitlines()}
    missing = [text for text in diagnosis["change"].splitlines() if without_comment(text) not in good]
    assert not missing, f"the good example does not hold what the change says:\n{diagnosis['change']}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.problem)
def test_what_is_said_of_tracing_is_so(entry, captured):
    said = captured(f"scripted_{entry.problem.replace('-', '_')}", entry.bad)["attempts"][0]["diagnosis"][
        "tracing"
    ]
    traced = captured(f"traced_{entry.problem.replace('-', '_')}", entry.bad, "trace")
    if said.startswith(("tracing would", "tracing works")):
        assert traced["failure"] is None, (said, traced["failure"])
    if said.startswith("tracing works"):
        assert traced["status"] == "captured", (said, traced["attempts"][0]["reason"])
    if said.startswith("tracing refuses"):
        assert traced["failure"] is not None, said


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.problem)
def test_the_good_example_is_captured(entry, captured, follows):
    result = captured(f"good_{entry.problem.replace('-', '_')}", entry.good)
    assert (result["mode"], result["status"]) == ("script", "captured")
    follows()


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.same], ids=lambda entry: entry.problem)
def test_the_change_keeps_what_the_model_computes(entry):
    torch.testing.assert_close(eager("bad", entry.bad), eager("good", entry.good))


def test_every_problem_is_documented_and_every_documented_problem_exists():
    documented = [entry.problem for entry in ENTRIES]
    assert len(documented) == len(set(documented)) >= 30
    assert set(documented) == problems_in_code()


def test_the_index_links_to_every_entry_of_every_page():
    links = re.findall(r"\[([a-z-]+)\]\(([a-z-]+\.md)#([a-z-]+)\)", INDEX.read_text(encoding="utf-8"))
    headings = {
        (problem, page.name, problem)
        for page in PAGES
        for problem in re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert set(links) == headings
    assert len(links) == len(headings)


def test_every_entry_of_the_table_can_be_reached():
    assert all(callable(explain) for _, explain in problems.CATALOGUE)
    assert len({(pattern.pattern, explain) for pattern, explain in problems.CATALOGUE}) == len(
        problems.CATALOGUE
    )
