"""Every command that tsctl lists has a page and cases of its own, and every flag of a command is explained."""

import re

import pytest

SHARED_PAGE = "options.md"


@pytest.fixture(scope="module")
def commands(tsctl, run_checked) -> list[str]:
    """The names below "Subcommands:" in the help."""
    listing = run_checked(tsctl, "--help").split("Subcommands:", 1)[1]
    names = re.findall(r"^  ([a-z]+)\s{2,}\S", listing, flags=re.MULTILINE)
    assert len(names) >= 5, listing
    return names


def parts_of(tsctl, run_checked, name: str) -> list[str]:
    """The commands below a command, such as those of history."""
    _, _, listing = run_checked(tsctl, name, "--help").partition("Subcommands:")
    return re.findall(r"^  ([a-z]+)\s{2,}\S", listing, flags=re.MULTILINE)


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
