"""The check of the layers finds what it is there to find, and lets everything else through."""

import pathlib
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "scripts/check_layers.py"


def check(root: pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)


def tree(root: pathlib.Path, path: str, text: str) -> pathlib.Path:
    """A repository of one file."""
    (root / "lib/tsctl").mkdir(parents=True, exist_ok=True)
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return root


def test_this_repository_keeps_its_layers() -> None:
    result = check(REPOSITORY)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("lib/tsctl/core/a.h", "#include <nlohmann/json.hpp>"),
        ("lib/tsctl/core/a.h", "#include <unistd.h>"),
        ("lib/tsctl/core/a.h", '#include "tsctl/report/json/json.h"'),
        ("lib/tsctl/core/base/a.h", '#include "tsctl/core/stats/statistics.h"'),
        ("lib/tsctl/core/inputs/a.h", '#include "tsctl/core/source.h"'),
        ("lib/tsctl/bench/a.cpp", '#include "tsctl/process/jobs.h"'),
        ("lib/tsctl/bench/a.cpp", "#include <unistd.h>"),
        ("lib/tsctl/report/text/a.cpp", '#include "tsctl/report/html/html.h"'),
        ("lib/tsctl/engine/a.cpp", '#include "tsctl/engine/passes/pass.h"'),
        ("tools/tsctl/options/a.h", '#include "tsctl/worker/serve.h"'),
        ("lib/tsctl/report/a.cpp", "#  include <torch/script.h>"),
        ("lib/tsctl/report/a.cpp", "#include <zlib.h>"),
        ("lib/tsctl/worker/a.cpp", "#include <zlib.h>"),
        ("lib/tsctl/worker/a.cpp", '#include "tsctl/engine/load.h"'),
        ("lib/tsctl/engine/a.cpp", "#include <pybind11/embed.h>"),
        ("lib/tsctl/capture/a.cpp", "#include <ATen/ATen.h>"),
        ("tools/tsctl/cmd_a.cpp", '#include "tsctl/engine/load.h"'),
        ("python/tsctl_capture/jobs.py", "def f():\n    import transformers"),
        ("python/tsctl_capture/jobs.py", "from scipy.stats import norm"),
        ("python/tsctl_capture/unknown.py", "a = 1"),
        ("python/tsctl_capture/errors.py", "from . import request"),
        ("python/tsctl_capture/model/a.py", "from ..reference.eager import run"),
        ("python/tsctl_capture/model/zoos/a.py", "from ...capture import job"),
        ("python/tsctl_capture/explain/a.py", "def f():\n    from ..reference import eager"),
        ("python/tsctl_capture/arms/a.py", "from tsctl_capture.capture.saving import save_module"),
        ("python/tsctl_capture/reference/a.py", "import tsctl_capture.jobs"),
        ("lib/tsctl/shiny/a.cpp", "int a = 1;"),
    ],
)
def test_a_violation_is_named_with_file_and_line(tmp_path: pathlib.Path, path: str, line: str) -> None:
    result = check(tree(tmp_path, path, line + "\n"))
    assert result.returncode == 1
    assert result.stdout.startswith(f"{path}:"), result.stdout


def test_a_header_of_the_command_line_is_named_by_its_folder(tmp_path: pathlib.Path) -> None:
    tree(tmp_path, "tools/tsctl/steps/b.h", "#pragma once\n")
    result = check(tree(tmp_path, "tools/tsctl/options/a.cpp", '#include "steps/b.h"\n'))
    assert result.returncode == 1
    assert "tools/tsctl/options may not include the layer 'tools/steps'" in result.stdout


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("lib/tsctl/core/a.h", "#include <vector>"),
        ("lib/tsctl/archive/a.cpp", "#include <zlib.h>"),
        ("lib/tsctl/archive/a.cpp", "#include <sys/mman.h>"),
        ("lib/tsctl/engine/a.cpp", '#include "tsctl/archive/tensor_file.h"'),
        ("lib/tsctl/engine/a.cpp", '#include "tsctl/core/stats/statistics.h"'),
        ("lib/tsctl/engine/passes/a.cpp", '#include "tsctl/engine/load.h"'),
        ("lib/tsctl/engine/a.cpp", "#include <torch/csrc/jit/passes/freeze_module.h>"),
        ("tools/tsctl/a.cpp", "#include <CLI/CLI.hpp>"),
        ("python/tsctl_capture/locate.py", '"""Words that say\nimport nothing_of_that_name\n"""\nimport ast'),
        ("python/tsctl_capture/capture/a.py", "from ..explain.problems.refusal import cleaned"),
        ("python/tsctl_capture/model/zoos/a.py", "from ...errors import CaptureError\nfrom . import b"),
    ],
)
def test_what_a_layer_may_have_passes(tmp_path: pathlib.Path, path: str, line: str) -> None:
    result = check(tree(tmp_path, path, line + "\n"))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "statement", ["from .b import one", "from . import b", "def f():\n    from .b import one"]
)
def test_modules_that_import_each_other_are_named(tmp_path: pathlib.Path, statement: str) -> None:
    tree(tmp_path, "python/tsctl_capture/model/a.py", statement + "\n")
    tree(tmp_path, "python/tsctl_capture/model/b.py", "from .c import two\n")
    result = check(tree(tmp_path, "python/tsctl_capture/model/c.py", "from .a import three\n"))
    assert result.returncode == 1
    circle = " -> ".join(f"tsctl_capture.model.{name}" for name in "abca")
    assert result.stdout == f"python/tsctl_capture/model/a.py:1: modules import each other: {circle}\n"


def test_a_folder_that_is_no_repository_is_a_usage_error(tmp_path: pathlib.Path) -> None:
    assert check(tmp_path).returncode == 2
