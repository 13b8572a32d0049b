"""Every link of a document to a file of the repository leads to a file, and to a heading if it names one."""

import pathlib
import re

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for path in [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / "tests").rglob("*.md"),
    ]
)


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors_of(text: str) -> set[str]:
    """The names that GitHub gives to the headings of a text."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: pathlib.Path) -> list[str]:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target.read_text(encoding="utf-8"))):
            broken.append(link)
    return broken


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_links_of_a_document_lead_somewhere(name) -> None:
    assert broken_links(REPOSITORY / name) == []


def test_a_missing_file_or_heading_is_found(tmp_path) -> None:
    (tmp_path / "other.md").write_text("# Title\n\n## What it costs, itself\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](other.md#what-it-costs-itself) [c](none.md) [d](other.md#nothing)\n"
        "[e](https://example.org/none) [f](#own)\n\n## Own\n\n`[g](h)`\n",
        encoding="utf-8",
    )
    assert broken_links(page) == ["none.md", "other.md#nothing"]
