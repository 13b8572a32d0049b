"""A file that tsctl made runs in the C++ program of docs/examples/cpp, and in a Python that lacks the model's class."""

import pathlib
import subprocess
import sys

import pytest

# Run in a Python of its own, whose path does not lead to the examples.
LOAD_AND_RUN = """
import sys, torch
shape = [int(size) for size in sys.argv[2].split("x")]
dtype = torch.int64 if sys.argv[3:] == ["int64"] else torch.float32
model = torch.jit.load(sys.argv[1])
with torch.inference_mode():
    output = model(torch.ones(shape, dtype=dtype))
assert not {"mlp", "cnn", "transformer"} & set(sys.modules)
print("shape", *output.shape)
print("values", *output.flatten()[:10].tolist())
"""

CASES = [
    pytest.param(["trace", "mlp.py:MLP", "--input", "Bx784", "--dim", "B=1,32"], ["3x784"], id="traced mlp"),
    pytest.param(
        ["convert", "cnn.py:SimpleCNN", "--input", "Bx1x28x28", "--dim", "B=1,8", "--no-bench"],
        ["8x1x28x28"],
        id="converted cnn",
    ),
    pytest.param(
        ["convert", "transformer.py:TextEncoder", "--input", "ids:BxT:int64@0..999"]
        + ["--dim", "B=1,4", "--dim", "T=16,64", "--no-bench"],
        ["4x64", "int64"],
        id="converted transformer",
    ),
]


@pytest.fixture(scope="session")
def run_model(repository, run_checked, tmp_path_factory) -> pathlib.Path:
    """The example program, built against the torch of this interpreter as its CMakeLists.txt says."""
    import torch

    build = tmp_path_factory.mktemp("cpp-consumer")
    run_checked(
        "cmake", "-G", "Ninja", "-S", repository / "docs/examples/cpp", "-B", build,
        f"-DTORCH_DIR={pathlib.Path(torch.__file__).parent}",
    )  # fmt: skip
    run_checked("cmake", "--build", build)
    return build / "run_model"


def parsed(output: str) -> tuple[list[int], list[float]]:
    lines = [line.split() for line in output.splitlines()]
    assert [line[0] for line in lines] == ["shape", "values"], output
    return [int(size) for size in lines[0][1:]], [float(value) for value in lines[1][1:]]


@pytest.mark.parametrize(("command", "arguments"), CASES)
def test_a_file_runs_without_its_class_in_cpp_and_in_python(
    command, arguments, tsctl, run_model, repository, run_checked, tmp_path
) -> None:
    words = [str(repository / "docs/examples" / word) if ".py:" in word else word for word in command]
    model = tmp_path / "model.pt"
    run_checked(tsctl, *words, "-o", model)

    in_cpp = parsed(run_checked(run_model, model, *arguments, cwd=tmp_path))
    in_python = parsed(run_checked(sys.executable, "-c", LOAD_AND_RUN, model, *arguments, cwd=tmp_path))
    assert in_cpp[0] == in_python[0]
    assert in_cpp[1] == pytest.approx(in_python[1], rel=1e-5, abs=1e-6)
    assert any(value != 0 for value in in_cpp[1])


def test_the_program_says_in_a_sentence_what_it_cannot_load(run_model, tmp_path) -> None:
    text = tmp_path / "notes.pt"
    text.write_text("not a model", encoding="utf-8")
    result = subprocess.run([run_model, text, "1"], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "notes.pt' could not be run: " in result.stderr
    assert result.stdout == ""
