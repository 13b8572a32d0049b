"""Every command that tsctl lists has a page and cases of its own, and every flag of a command is explained."""

import re

import pytest

SHARED_PAGE = "options.md"


@pytest.fixture(scope="module")
def commands(tsctl, run_checked) -> list[str]:
    """The names below "Commands:" in the help."""
    listing = run_checked(tsctl, "--help").split("Commands:", 1)[1].split("\n\n", 1)[0]
    names = re.findall(r"^  ([a-z]+)\s{2,}\S", listing, flags=re.MULTILINE)
    assert len(names) >= 5, listing
    return names


def parts_of(tsctl, run_checked, name: str) -> list[str]:
    """The commands below a command, such as those of history."""
    listing = run_checked(tsctl, name, "--help").partition("\nCommands:")[2].split("\n\n", 1)[0]
    return re.findall(r"^  ([a-z]+)\s{2,}\S", listing, flags=re.MULTILINE)


def every_part(tsctl, run_checked, commands: list[str]) -> list[str]:
    """ "history add", …"""
    return [f"{name} {part}" for name in commands for part in parts_of(tsctl, run_checked, name)]


def help_of(tsctl, run_checked, name: str) -> str:
    """The help of a command and of the commands below it."""
    parts = [run_checked(tsctl, name, part, "--help") for part in parts_of(tsctl, run_checked, name)]
    return "\n".join([run_checked(tsctl, name, "--help"), *parts])


def flags_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def explained_flags(text: str) -> set[str]:
    """The flags in code spans; those in shell blocks are only used, not explained."""
    without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {flag for span in re.findall(r"`([^`]+)`", without_blocks) for flag in flags_in(span)}


def test_every_command_has_cases_and_a_page(commands, repository) -> None:
    for name in commands:
        assert list((repository / "tests/cli" / name).glob("*.test")), f"tests/cli/{name} has no case"
        assert (repository / f"docs/commands/{name}.md").is_file(), f"docs/commands/{name}.md is missing"


def test_every_flag_is_explained_and_every_explained_flag_exists(
    commands, repository, tsctl, run_checked
) -> None:
    pages = repository / "docs/commands"
    shared = explained_flags((pages / SHARED_PAGE).read_text(encoding="utf-8"))
    every_flag = {"--help", "--version"}
    missing = []
    for name in commands:
        flags = flags_in(help_of(tsctl, run_checked, name)) - {"--help"}
        every_flag |= flags
        page = explained_flags((pages / f"{name}.md").read_text(encoding="utf-8"))
        missing += [f"{name} {flag}" for flag in sorted(flags - page - shared)]
    assert missing == []
    for page in sorted(pages.glob("*.md")):
        unknown = explained_flags(page.read_text(encoding="utf-8")) - every_flag
        assert not unknown, f"{page.name} explains {sorted(unknown)}, which no command has"


def examples_in(text: str) -> list[str]:
    return re.findall(
        r"^  (tsctl .*)$", text.split("Examples:", 1)[1].split("\n\n", 1)[0], flags=re.MULTILINE
    )


def test_every_help_is_narrow_and_ends_with_examples_exit_codes_and_its_page(
    commands, repository, tsctl, run_checked
) -> None:
    for name in ["", *commands, *every_part(tsctl, run_checked, commands)]:
        text = run_checked(tsctl, *name.split(), "--help")
        assert max(map(len, text.splitlines())) <= 100, name
        assert len(examples_in(text)) == 2, name
        assert re.search(r"^Exit codes: 0 success, 1 ", text, flags=re.MULTILINE), name
        page = re.search(r"^Manual: (\S+)", text, flags=re.MULTILINE)
        assert page and (repository / page.group(1)).is_file(), name
        # What CLI11 writes of its own checks.
        assert not re.search(r" TEXT|:\{|INT in \[|REQUIRED|OPTIONS|SUBCOMMAND", text), name
        # The flags of this help are not asked for again.
        assert "--help for" not in text, name
        if name in commands:
            assert run_checked(tsctl, "help", name) == text


def test_the_examples_of_every_help_run(commands, tsctl, run_checked, tmp_path) -> None:
    (tmp_path / "net.py").write_text(
        "import torch\n\n\nclass Net(torch.nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.l = torch.nn.Linear(784, 10)\n\n"
        "    def forward(self, x):\n        return self.l(x)\n",
        encoding="utf-8",
    )
    run_checked(
        "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem", cwd=tmp_path
    )
    run_checked("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem", cwd=tmp_path)
    path = f"PATH={tsctl.parent}:$PATH"
    for name in [*commands, *every_part(tsctl, run_checked, commands)]:
        for example in examples_in(run_checked(tsctl, *name.split(), "--help")):
            # A short budget: the example shows the flags, not a measurement.
            line = (
                f"{example} --budget 2s"
                if example.startswith("tsctl convert") and "--no-bench" not in example
                else example
            )
            run_checked("bash", "-c", f"{path}; {line}", cwd=tmp_path)
