"""How lit runs the cases of the command line; tests/cli/README.md has the words that a case can use."""

import ctypes
import importlib.util
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import lit.formats

here = pathlib.Path(__file__).resolve().parent
repository = here.parents[1]
tools = here / "tools"

# TSCTL names another executable than the release build's, such as one of a debug build.
executable = pathlib.Path(os.environ.get("TSCTL", repository / "build/release/bin/tsctl")).resolve()
if not os.access(executable, os.X_OK) or executable.name != "tsctl":
    lit_config.fatal(f"'{executable}' is not a built tsctl; run scripts/setup, or set TSCTL to one")

config.name = "cli"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test"]
config.excludes = ["tools", "README.md"]
config.test_source_root = str(here)
config.test_exec_root = os.environ.get("TSCTL_LIT_OUTPUT", str(repository / "build/lit"))

# A case that hangs is a failure, not a stopped pipeline. The longest ones launch several arms that import torch.
config.maxIndividualTestTime = int(os.environ.get("TSCTL_LIT_TIMEOUT_S", "300"))

config.environment["PATH"] = os.pathsep.join(
    [str(executable.parent), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
)
config.environment["LC_ALL"] = "C.UTF-8"
config.environment["TMPDIR"] = "/tmp"
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
config.environment["XDG_STATE_HOME"] = f"{config.test_exec_root}/state"
# What a developer may have set for themselves must not reach the cases.
for name in ("TSCTL_PYTHON", "NO_COLOR", "CI", "CLICOLOR_FORCE", "PYTHONPATH", "OMP_NUM_THREADS"):
    config.environment.pop(name, None)

python = shlex.quote(sys.executable)


def tool(name: str) -> str:
    return f"{python} {shlex.quote(str(tools / name))}"


# Root may write anywhere; without these capabilities it is held to a file's permissions like anybody else.
unprivileged = "setpriv --bounding-set=-dac_override,-dac_read_search,-fowner --inh-caps=-all --"

config.substitutions += [
    ("%aoti-package", tool("aoti_package.py")),
    ("%changed-file", tool("changed_file.py")),
    ("%expect-exit", tool("expect_exit.py")),
    ("%flip-byte", tool("flip_byte.py")),
    ("%foreign-file", tool("foreign_file.py")),
    ("%hostile-file", tool("hostile_file.py")),
    ("%json", tool("json_value.py")),
    ("%left-in", tool("left_in.py")),
    ("%only-result", tool("only_result.py")),
    ("%paths-in", tool("paths_in.py")),
    ("%refused", tool("refused.py")),
    ("%signalled", tool("signalled.py")),
    ("%small-disk", f"sh {shlex.quote(str(tools / 'small_disk.sh'))}"),
    ("%unprivileged", unprivileged if os.geteuid() == 0 else ""),
    ("%tsctl", shlex.quote(str(executable))),
    ("%validate", f"{python} {shlex.quote(str(repository / 'tests/schema/validate.py'))}"),
    ("%python", python),
    ("%models", shlex.quote(str(repository / "tests/fixtures/models"))),
    ("%files", shlex.quote(str(repository / "tests/fixtures/commands"))),
    ("%fixtures", shlex.quote(str(repository / "tests/fixtures"))),
    ("%examples", shlex.quote(str(repository / "docs/examples"))),
    ("%repository", shlex.quote(str(repository))),
]


def works(*command: str) -> bool:
    """Whether this machine lets us run such a command: a container may forbid it."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0


if os.geteuid() == 0:
    config.available_features.add("root")
if ctypes.CDLL(None).syscall(444, None, 0, 1) > 0:  # the version of Landlock
    config.available_features.add("landlock")
if works("unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tsctl", "/mnt"):
    config.available_features.add("small-disk")
if os.geteuid() != 0 or works(*shlex.split(unprivileged), "true"):
    config.available_features.add("unprivileged")
if shutil.which("g++") or shutil.which("clang++"):
    config.available_features.add("compiler")
for package in ("onnxruntime", "openvino"):
    if importlib.util.find_spec(package) is not None:
        config.available_features.add(package)
if shutil.which("nvidia-smi") and works("nvidia-smi"):
    config.available_features.add("cuda")
