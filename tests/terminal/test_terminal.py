"""What a person sees: tsctl in a pseudo-terminal of a certain width, and what the environment changes about it."""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import termios
import time

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FILES = REPOSITORY / "tests/fixtures/commands"
COLOUR = re.compile("\033\\[3[0-9]m")
CLEARED = "\r\033[K"

CHATTY = """
import sys
import time
import warnings

import torch


class Chatty(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.l = torch.nn.Linear(4, 2)

    def forward(self, x):
        warnings.warn("an old name", UserWarning)
        if not torch.jit.is_tracing():
            print("from the model")
            time.sleep(1.2)
        return self.l(x)
"""


@pytest.fixture
def in_terminal(tsctl, tmp_path):
    """Runs tsctl with all streams on a terminal; returns its exit code and everything that it wrote."""

    def run(*words: object, width: int = 80, **environment: str) -> tuple[int, str]:
        child, screen = pty.fork()
        if child == 0:
            os.chdir(tmp_path)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
            kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI")}
            os.execve(tsctl, ["tsctl", *map(str, words)], {**kept, "TERM": "xterm", **environment})
        written = b""
        end = time.monotonic() + 300
        while time.monotonic() < end:
            if not select.select([screen], [], [], 1)[0]:
                continue
            try:
                part = os.read(screen, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            written += part
        os.close(screen)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), written.decode().replace("\r\n", "\n")

    return run


def plain(text: str) -> str:
    return re.sub("\033\\[[0-9;]*[a-zA-Z]", "", text)


def settled(text: str) -> str:
    """What stays on the screen: a line that was cleared is gone."""
    lines = [line.rsplit("\r", 1)[-1] for line in text.split("\n")]
    return plain("\n".join(lines))


def test_verdicts_have_colours(in_terminal) -> None:
    code, text = in_terminal("verify", FILES / "mlp.pt", FILES / "mlp_frozen.pt")
    assert code == 0
    assert "\033[32mOK\033[0m  " in text
    assert "\033[32msame\033[0m" in text
    code, text = in_terminal("inspect", FILES / "no.pt")
    assert code == 3
    assert "\033[31mFAIL\033[0m  " in text
    assert "\033[31merror\033[0m" in text


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CI": "true"}])
def test_colours_are_off_where_the_environment_asks(in_terminal, variable) -> None:
    code, text = in_terminal("verify", FILES / "mlp.pt", FILES / "mlp_frozen.pt", **variable)
    assert code == 0
    assert not COLOUR.search(text)


def test_no_color_changes_nothing_but_colours(in_terminal) -> None:
    command = ["run", FILES / "mlp.pt"]
    with_colours, without = in_terminal(*command)[1], in_terminal(*command, NO_COLOR="1")[1]
    assert CLEARED in without
    assert settled(with_colours) == settled(without)


@pytest.mark.parametrize("variable", [{"TERM": "dumb"}, {"CI": "true"}])
def test_steps_are_lines_where_a_line_cannot_be_replaced(in_terminal, variable) -> None:
    text = in_terminal("run", FILES / "mlp.pt", **variable)[1]
    assert "\r" not in text and "\033" not in text
    assert re.search(r"(?m)^tsctl: run ", text)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_stays_fits_the_width(in_terminal, width) -> None:
    code, text = in_terminal("doctor", width=width)
    assert code == 0
    too_long = [line for line in settled(text).splitlines() if len(line) > width and " " in line[30:].strip()]
    assert too_long == []


def test_the_progress_of_a_bench_has_a_bar_and_times(in_terminal) -> None:
    arms = [FILES / "mlp.pt", FILES / "mlp_frozen.pt"]
    code, text = in_terminal("bench", *arms, "--budget", "60s", "--launches", 2, "--max-pairs", 6)
    assert code in (0, 6)
    drawn = [part for part in text.split(CLEARED) if "bench: launch" in part]
    assert any(re.search(r"\[=+ *\] +\d+%  \d+:\d\d  \d+:\d\d left", part) for part in drawn)
    assert all(len(part.split("\n")[0]) < 80 for part in drawn)
    unfolded = ("OK  ", "UNDECIDED  ", "tsctl: warning: ")  # a busy host adds a warning
    for line in settled(text).splitlines():
        one_word = len(line.split()[-1]) > 60 if line.split() else False  # a path
        assert len(line) <= 80 or one_word or line.startswith(unfolded), line


def test_what_a_model_prints_stays_out_of_the_progress_line(in_terminal, tmp_path) -> None:
    (tmp_path / "chatty.py").write_text(CHATTY, encoding="utf-8")
    command = ["trace", "chatty.py:Chatty", "--input", "Bx4", "--dim", "B=2,3", "-o", "c.pt"]
    code, text = in_terminal(*command)
    assert code == 0
    assert re.search(r"(?m)^from the model$", settled(text))
    # Python's warnings are collected and counted.
    assert "UserWarning" not in text
    assert re.search(r"(?m)^python +1 warning of Python code or LibTorch", settled(text))
    # The time goes on while nothing else happens.
    assert len(set(re.findall(r"running eager on 2 input sets .*?(\d+:\d\d)", plain(text)))) > 1
    assert "chatty.py" in in_terminal(*command, "-v")[1]


def test_no_progress_leaves_the_result_and_warnings(in_terminal) -> None:
    code, text = in_terminal("inspect", FILES / "training.pt", "--no-progress")
    assert code == 0
    assert CLEARED not in text
    assert "warning" in plain(text)
    code, text = in_terminal("run", FILES / "mlp.pt", "--no-progress")
    assert CLEARED not in text and "tsctl: run" not in text


def test_quiet_leaves_one_line(in_terminal, tmp_path) -> None:
    (tmp_path / "chatty.py").write_text(CHATTY, encoding="utf-8")
    code, text = in_terminal("trace", "chatty.py:Chatty", "--input", "2x4", "-o", "c.pt", "-q")
    assert code == 0
    assert re.fullmatch(r"OK  c\.pt \(.*\): outputs same \(0\)\n", plain(text))


def test_an_interrupt_leaves_the_reason_as_the_last_line(tsctl, tmp_path) -> None:
    (tmp_path / "slow.py").write_text(CHATTY.replace("sleep(1.2)", "sleep(60)"), encoding="utf-8")
    child, screen = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI")}
        words = ["tsctl", "trace", "slow.py:Chatty", "--input", "2x4", "-o", "c.pt"]
        os.execve(tsctl, words, {**kept, "TERM": "xterm"})
    seen = b""
    while b"running eager" not in seen:
        seen += os.read(screen, 65536)
    os.write(screen, b"\x03")
    try:
        while part := os.read(screen, 65536):
            seen += part
    except OSError:
        pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert (
        plain(seen.decode()).strip().splitlines()[-1].startswith("FAIL  interrupted by SIGINT in the step ")
    )
