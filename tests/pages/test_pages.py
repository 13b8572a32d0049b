"""The pages of --html: every one is well-formed, and a browser lays it out without overflow.

The browser is Chromium's headless shell (`apt-get install chromium-headless-shell`), or Chromium. Without either the
tests that need it are skipped; the others always run.
"""

import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

FILES = pathlib.Path("tests/fixtures/commands")
NIGHTS = pathlib.Path("tests/cli/history/nights.py")
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
# Each page, the command that writes it, and its exit code. {page} is the file, {folder} a folder of its own.
PAGES = {
    "verify": (0, ["verify", "{files}/mlp.pt", "{files}/mlp_frozen.pt", "--html", "{page}"]),
    "verify-differ": (1, ["verify", "{files}/kinds.pt", "{files}/kinds_shifted.pt", "--html", "{page}"]),
    "inspect": (0, ["inspect", "{files}/encoder.pt", "--records", "--check", "--html", "{page}"]),
    "inspect-code": (0, ["inspect", "{files}/encoder.pt", "--code", "--html", "{page}"]),
    "diff": (1, ["diff", "{files}/mlp.pt", "{files}/mlp_frozen.pt", "--html", "{page}"]),
    "diff-same": (0, ["diff", "{files}/mlp.pt", "{files}/mlp.pt", "--html", "{page}"]),
    "run": (0, ["run", "{files}/kinds.pt", "--html", "{page}"]),
    "freeze": (0, ["freeze", "{files}/mlp.pt", "-o", "{folder}/frozen.pt", "--html", "{page}"]),
    "missing-file": (3, ["inspect", "{folder}/none.pt", "--html", "{page}"]),
    "history": (0, ["history", "show", "--db", "{folder}/h.db", "--html", "{page}"]),
    "history-median": (
        0,
        ["history", "show", "--metric", "median", "--db", "{folder}/h.db", "--html", "{page}"],
    ),
}
WITH_CODE = {"diff", "inspect-code"}


def arm(label: str, median_s: float) -> dict:
    return {
        "label": label,
        "outputs": "same",
        "speed": "inconclusive",
        "median_s": median_s,
        "samples": 4000,
        "warm_up": "warm_up",
        "warm_up_s": [median_s * (1 + 9 * 0.5**i) for i in range(40)],
        "quantiles_s": [median_s * math.exp(0.3 * (i / 100 - 0.5)) for i in range(101)],
        "blocks": [
            {
                "launch": 1 + i // 10,
                "round": 1 + i % 10,
                "turn": 1,
                "median_s": median_s * (1 + 0.01 * (i % 7)),
            }
            for i in range(50)
        ],
        "percentiles": [
            {"p": p, "value_s": median_s, "low_s": median_s, "high_s": median_s} for p in (0.5, 0.9)
        ],
    }


def pair(label: str, low: float, speedup: float, high: float, gate: str) -> dict:
    interval = {"speedup": speedup, "speedup_low": low, "speedup_high": high}
    return {
        "base": "base",
        "arm": label,
        **interval,
        "verdict": "inconclusive",
        "outputs": "same",
        "margin": 0.01,
        "gate": gate,
        "gate_limit": 0.95,
    }


def bench_report() -> dict:
    """A bench whose first interval leaves the axis, with a gate and an arm of a very long name."""
    long_name = "an arm whose name is much longer than the place for it on the page, <b>with markup</b>"
    arms = [arm("base", 1e-3), arm("wild", 1.1e-3), arm("narrow", 0.9e-3), arm(long_name, 2e-3)]
    pairs = [
        pair("wild", 0.012, 0.367, 11.2, "undecided"),
        pair("narrow", 1.09, 1.11, 1.13, "pass"),
        pair(long_name, 0.49, 0.5, 0.51, "fail"),
    ]
    return {
        "schema": "tsctl.report/1",
        "tool": {"name": "tsctl", "version": "0.1.0"},
        "command": ["tsctl", "bench", "base.pt", "wild.pt", "--max-regress", "5%"],
        "status": "gate_failed",
        "exit_code": 8,
        "model": {"path": "a/folder/with/a/long/name/that/a/heading/must/break/somewhere/base.pt"},
        "environment": {"cpu": "A CPU", "cores_visible": 2, "cores_affinity": 2, "threads": 2},
        "bench": {"arms": arms, "pairs": pairs, "device": "cpu", "noise": {"cpu_pressure": 0.5}},
        "warnings": [{"code": "host_busy", "text": "the host was busy & the intervals are wide"}],
    }


@pytest.fixture(scope="module")
def pages(tsctl, repository, tmp_path_factory) -> dict[str, pathlib.Path]:
    folder = tmp_path_factory.mktemp("pages")
    env = {**os.environ, "TSCTL_HISTORY": str(folder / "h.db")}

    def run(expected: int, *words: object) -> str:
        command = [str(word) for word in words]
        done = subprocess.run(command, cwd=repository, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == expected, f"{command}: exit {done.returncode}\n{done.stderr}"
        return done.stdout

    run(0, sys.executable, NIGHTS, folder / "nights", 14, "--drop", "9:0.1")
    run(0, tsctl, "history", "add", "-q", *sorted((folder / "nights").glob("*.json")))
    found = {}
    for name, (expected, words) in PAGES.items():
        found[name] = folder / f"{name}.html"
        places = {"files": FILES, "folder": folder, "page": found[name]}
        run(expected, tsctl, *[word.format(**places) for word in words])
    report = folder / "bench.json"
    report.write_text(json.dumps(bench_report()))
    found["bench"] = folder / "bench.html"
    found["bench"].write_text(run(0, tsctl, "report", report, "--format", "html"))
    return found


def every_page() -> list[str]:
    return [*PAGES, "bench"]


@pytest.mark.parametrize("name", every_page())
def test_a_page_is_well_formed(pages, name) -> None:
    first, rest = pages[name].read_text(encoding="utf-8").split("\n", 1)
    assert first == "<!doctype html>"
    # The only element without an end is meta.
    page = ElementTree.fromstring(re.sub(r"<meta [^>]*>", "", rest))
    assert [child.tag for child in page] == ["head", "body"]
    assert page.findtext("head/title", "").startswith("tsctl ")
    assert page.findtext("body/h1") == page.findtext("head/title")
    assert page.find("body/p[@class]") is not None
    allowed = {"h1", "h2", "h3", "p", "pre", "div", "table", "svg", "details", "ul"}
    assert {child.tag.rpartition("}")[2] for child in page.find("body")} <= allowed


@pytest.mark.parametrize("name", every_page())
def test_a_page_has_tables_and_no_text_that_only_a_terminal_can_show(pages, name) -> None:
    text = pages[name].read_text(encoding="utf-8")
    assert "<table" in text
    assert ("<pre" in text) == (name in WITH_CODE)
    assert not re.search(r"-0\.0+\b|>nan<|>inf<", text)
    assert "<script" not in text and "<b>" not in text


def test_the_page_of_a_bench_marks_what_it_cuts_and_draws_the_limit(pages) -> None:
    text = pages["bench"].read_text(encoding="utf-8")
    assert text.count('class="cut"') == 2
    assert "An arrow marks an interval that continues beyond the axis" in text
    assert "0.37 [0.012, 11.2]" in text
    assert 'class="limit"' in text
    assert "Too slow (exit 8)" in text


# Run by the browser in a copy of the page: what does not fit is written into the title.
PROBE = """
<script>
addEventListener("load", () => {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push("the page is wider than the window");
  for (const text of document.querySelectorAll("svg text")) {
    const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
    if (box.x < -1 || box.y < -1 || box.x + box.width > view.width + 1 || box.y + box.height > view.height + 1)
      problems.push("'" + text.textContent + "' leaves its plot");
  }
  for (const plot of document.querySelectorAll("svg"))
    if (plot.getBoundingClientRect().height < 40) problems.push("a plot has no height");
  document.title = "checked: " + problems.join("; ");
});
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed (apt-get install chromium-headless-shell)")
    return found


def browse(browser: str, page: pathlib.Path, *flags: str) -> subprocess.CompletedProcess:
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *flags]
    return subprocess.run([*command, page.as_uri()], capture_output=True, text=True, check=True, timeout=120)


@pytest.mark.parametrize("width", [1200, 500])
@pytest.mark.parametrize("name", every_page())
def test_a_browser_lays_a_page_out_without_overflow(pages, browser, tmp_path, name, width) -> None:
    copy = tmp_path / "page.html"
    copy.write_text(pages[name].read_text(encoding="utf-8").replace("</body>", PROBE + "</body>"))
    shown = browse(browser, copy, "--dump-dom", f"--window-size={width},900").stdout
    title = re.search(r"<title>(.*?)</title>", shown, flags=re.DOTALL)
    assert title is not None
    assert title[1] == "checked: "


def test_a_browser_draws_a_page(pages, browser, tmp_path) -> None:
    picture = tmp_path / "page.png"
    browse(browser, pages["bench"], f"--screenshot={picture}", "--window-size=1200,1600")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000
