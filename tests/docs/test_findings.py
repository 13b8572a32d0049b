"""docs/findings.md has a row for each code of a finding, with what it means and what to do."""

import re

PAGE = "docs/findings.md"
HEADER = "lib/tsctl/core/file_findings.h"


def test_every_code_has_a_row(repository) -> None:
    header = (repository / HEADER).read_text(encoding="utf-8")
    codes = re.search(r"enum class FindingCode \{(.*?)\};", header, re.DOTALL)[1].replace(",", " ").split()
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
        (repository / PAGE).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(codes) > 10
    assert [row[0] for row in rows] == codes
    assert all(len(row[2]) > 20 and len(row[3]) > 5 for row in rows)


def test_every_code_has_a_rule(repository) -> None:
    header = (repository / HEADER).read_text(encoding="utf-8")
    codes = re.search(r"enum class FindingCode \{(.*?)\};", header, re.DOTALL)[1].replace(",", " ").split()
    rules = re.findall(r'^      \{(\w+), "[^"]{10,}",', header, re.MULTILINE)
    assert rules == codes
