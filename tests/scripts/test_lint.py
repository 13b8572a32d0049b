"""scripts/lint.py finds a fault of each kind and leaves sound files alone."""

import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
COPIED = (
    ".clang-format",
    ".clang-tidy",
    "CMakePresets.json",
    "pyproject.toml",
    "scripts/lint.py",
    "scripts/requirements.txt",
    "scripts/tidy.py",
)
CMAKE_LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_STANDARD 20)
add_library(small OBJECT lib/tsctl/plain.cpp lib/tsctl/torch_user.cpp)
target_include_directories(small PRIVATE lib)
target_include_directories(small SYSTEM PRIVATE third_party)
"""
SOUND_HEADER = "#pragma once\n\nint twice(int number);\n"
UNSOUND_HEADER = "#pragma once\n\nint twice(int number);\n\ninline int* nothing() { return 0; }\n"
SOUND = '#include "tsctl/plain.h"\n\nint twice(int number) { return 2 * number; }\n'
UNSOUND = (
    '#include "tsctl/plain.h"\n\nint twice(int number) { return number ? 2 * number : (int*)0 == NULL; }\n'
)
TORCH_USER = "#include <torch/script.h>\n\nconst int* nothing() { return 0; }\n"


def git(root: pathlib.Path, *arguments: str) -> None:
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def write(root: pathlib.Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """A repository with the checks of this one and nothing to find in it."""
    for name in COPIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    write(tmp_path, ".gitignore", "/build/\n__pycache__/\n")
    write(tmp_path, "CMakeLists.txt", CMAKE_LISTS)
    write(tmp_path, "lib/tsctl/plain.h", SOUND_HEADER)
    write(tmp_path, "lib/tsctl/plain.cpp", SOUND)
    write(tmp_path, "lib/tsctl/torch_user.cpp", TORCH_USER)
    write(tmp_path, "third_party/torch/script.h", "#pragma once\n")
    write(tmp_path, "python/tsctl_capture/sound.py", '"""Sound."""\n\n\ndef one() -> int:\n    return 1\n')
    write(tmp_path, "scripts/sound", '#!/usr/bin/env bash\necho "$1"\n')
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    # clang-tidy compares with the commit before, and in this repository no later one changes a file.
    git(tmp_path, "commit", "--quiet", "--message", "second", "--allow-empty")
    return tmp_path


def lint(root: pathlib.Path, *arguments: str) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, root / "scripts/lint.py", *arguments], capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout + result.stderr


QUICK = ("clang-format", "ruff-check", "ruff-format", "shellcheck", "mypy")


def test_sound_files_pass(project: pathlib.Path) -> None:
    code, output = lint(project, *QUICK)
    assert code == 0, output
    assert [line.split(" (")[0] for line in output.splitlines() if " (" in line] == [
        f"{name}: passed" for name in QUICK
    ]


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        ("clang-format", "lib/tsctl/bad.h", "#pragma once\nint   one( );\n"),
        ("ruff-check", "python/tsctl_capture/bad.py", "import os\n"),
        ("ruff-format", "python/tsctl_capture/bad.py", "x = [1,2]\n"),
        ("shellcheck", "scripts/bad", "#!/usr/bin/env bash\necho $1\n"),
        ("shellcheck", "scripts/bad.sh", "# shellcheck shell=bash\necho $1\n"),
        ("mypy", "python/tsctl_capture/bad.py", '"""Bad."""\n\n\ndef one() -> int:\n    return "1"\n'),
    ],
)
def test_a_fault_is_found_in_a_file_that_git_does_not_track_yet(project, check, name, text) -> None:
    write(project, name, text)
    code, output = lint(project, check)
    assert code == 1
    assert name in output
    assert f"{check}: FAILED" in output


def test_fix_formats_the_files(project: pathlib.Path) -> None:
    write(project, "lib/tsctl/bad.h", "#pragma once\nint   one( );\n")
    write(project, "python/tsctl_capture/bad.py", "x = [1,2]\n")
    assert lint(project, "--fix", "clang-format", "ruff-format")[0] == 0
    assert (project / "lib/tsctl/bad.h").read_text(encoding="utf-8") == "#pragma once\nint one();\n"
    assert (project / "python/tsctl_capture/bad.py").read_text(encoding="utf-8") == "x = [1, 2]\n"


def test_the_result_file_has_a_case_for_each_check(project: pathlib.Path) -> None:
    write(project, "lib/tsctl/bad.h", "#pragma once\nint   one( );\n")
    lint(project, "--junit", str(project / "build/lint.xml"), "clang-format", "shellcheck")
    cases = list(ElementTree.parse(project / "build/lint.xml").getroot().iter("testcase"))
    assert [(case.get("name"), case.find("failure") is not None) for case in cases] == [
        ("clang-format", True),
        ("shellcheck", False),
    ]


def test_an_unknown_check_is_a_usage_error(project: pathlib.Path) -> None:
    code, output = lint(project, "clang-fromat")
    assert code == 2
    assert "there is no check 'clang-fromat'" in output


def test_clang_tidy_reports_a_finding_until_it_is_corrected(project: pathlib.Path) -> None:
    write(project, "lib/tsctl/plain.cpp", UNSOUND)
    for _ in range(2):
        code, output = lint(project, "clang-tidy")
        assert code == 1
        assert "plain.cpp:3" in output
        assert "1 files checked, 1 with findings, 0 known to be clean" in output
    write(project, "lib/tsctl/plain.cpp", SOUND + "\n// corrected\n")
    assert "1 files checked, 0 with findings" in lint(project, "clang-tidy")[1]


def test_clang_tidy_checks_a_clean_file_again_only_when_its_text_or_a_header_changed(
    project: pathlib.Path,
) -> None:
    write(project, "lib/tsctl/plain.cpp", SOUND + "\n// changed\n")
    assert "1 files checked, 0 with findings, 0 known to be clean" in lint(project, "clang-tidy")[1]
    assert "0 files checked, 0 with findings, 1 known to be clean" in lint(project, "clang-tidy")[1]
    write(project, "lib/tsctl/plain.h", UNSOUND_HEADER)
    code, output = lint(project, "clang-tidy")
    assert code == 1
    assert "1 files checked, 1 with findings" in output
    assert "plain.h:5" in output


def test_clang_tidy_leaves_unchanged_files_to_all(project: pathlib.Path) -> None:
    code, output = lint(project, "clang-tidy")
    assert code == 0, output
    assert "2 unchanged files left to --all" in output
    code, output = lint(project, "--all", "clang-tidy")
    assert code == 1
    assert "torch_user.cpp:3" in output


def test_clang_tidy_checks_a_changed_file_with_libtorch(project: pathlib.Path) -> None:
    write(project, "lib/tsctl/torch_user.cpp", TORCH_USER + "\nconst int* more() { return 0; }\n")
    code, output = lint(project, "clang-tidy")
    assert code == 1
    assert "torch_user.cpp:5" in output
    git(project, "commit", "--quiet", "--all", "--message", "third")
    assert "torch_user.cpp:5" in lint(project, "clang-tidy")[1]
