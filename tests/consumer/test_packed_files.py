"""A file with packed layers behaves in stock torch like a plain frozen one."""

import copy
import io
import subprocess
import sys
import threading

import pytest
import torch
from torch import nn

KERNELS = ["onednn", "mkl", "auto", "fixed"]
SIZE = (2, 16, 12, 14)


class Net(nn.Module):
    """Two convolutions with a residual, two linear layers, a transposed convolution, a GRU: tsctl packs all six."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(16, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 16, 3, padding=1, bias=False)
        self.wide = nn.Linear(16, 256)
        self.out = nn.Linear(256, 64, bias=False)
        self.up = nn.ConvTranspose2d(64, 16, 2, 2)
        self.rnn = nn.GRU(16, 32, bidirectional=True, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.first(x))
        y = torch.relu(self.second(y * 2) + y)
        y = nn.functional.gelu(self.wide(y.permute(0, 2, 3, 1)))
        y = self.up(self.out(y).permute(0, 3, 1, 2))
        return self.rnn(y.mean(2).transpose(1, 2))[0]


@pytest.fixture(scope="module")
def plain() -> torch.jit.ScriptModule:
    torch.manual_seed(1)
    return torch.jit.freeze(torch.jit.trace(Net().eval(), torch.randn(SIZE)))


@pytest.fixture(scope="module")
def files(tsctl, run_checked, tmp_path_factory) -> dict:
    """The path of a packed file for each value of --kernels."""
    folder = tmp_path_factory.mktemp("packed")
    torch.manual_seed(1)
    torch.jit.trace(Net().eval(), torch.randn(SIZE)).save(folder / "in.pt")
    paths = {}
    for kernels in KERNELS:
        paths[kernels] = folder / f"{kernels}.pt"
        run_checked(
            tsctl, "optimize", folder / "in.pt", "-o", paths[kernels],
            "--input", "x".join(map(str, SIZE)), "--kernels", kernels, "--no-bench",
        )  # fmt: skip
    return paths


@pytest.fixture(params=KERNELS)
def packed(request, files) -> torch.jit.ScriptModule:
    return torch.jit.load(files[request.param])


def layers_of(module: torch.jit.ScriptModule) -> list:
    return [child for _, child in module.named_children() if child.original_name.startswith("Packed")]


def assert_same(plain, module, size=SIZE) -> None:
    x = torch.randn(size, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = plain(x)
        for _ in range(3):
            torch.testing.assert_close(module(x), expected, rtol=0, atol=1e-5 * float(expected.abs().max()))


def test_stock_torch_loads_packs_and_runs_it(plain, packed) -> None:
    assert len(layers_of(packed)) == 6
    for size in (SIZE, (1, 16, 12, 14), (3, 16, 9, 5)):
        assert_same(plain, packed, size)


def test_no_library_of_tsctl_is_loaded(files) -> None:
    code = (
        "import sys, torch; torch.jit.load(sys.argv[1])(torch.ones(2, 16, 12, 14)); "
        "maps = open('/proc/self/maps').read(); assert 'tsctl' not in maps; print(len(maps) > 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, files["auto"].name],
        cwd=files["auto"].parent, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert result.stdout == "True\n", result.stderr


def test_it_has_no_parameters_buffers_or_state(packed) -> None:
    assert list(packed.parameters()) == []
    assert list(packed.buffers()) == []
    assert packed.state_dict() == {}


def test_deepcopy_and_a_second_save_pack_again(plain, packed) -> None:
    copied = copy.deepcopy(packed)
    buffer = io.BytesIO()
    torch.jit.save(packed, buffer)
    buffer.seek(0)
    saved = torch.jit.load(buffer)
    for module in (copied, saved):
        assert_same(plain, module)
        for before, after in zip(layers_of(packed), layers_of(module), strict=True):
            if before.fixed:
                assert after.kernel == before.kernel
            assert (len(after.packed) > 0) == (after.kernel > 0)


@pytest.mark.parametrize(
    "change",
    [torch.float16, torch.bfloat16, torch.float64, "half", "double", "train", "eval", "meta"],
    ids=str,
)
def test_conversions_change_nothing_as_for_a_frozen_file(plain, packed, change) -> None:
    changed = getattr(packed, change)() if hasattr(packed, str(change)) else packed.to(change)
    assert_same(plain, changed)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16, torch.int64])
def test_other_dtypes_raise_as_before(plain, packed, dtype) -> None:
    x = torch.ones(SIZE, dtype=dtype)
    for module in (plain, packed):
        with pytest.raises(RuntimeError):
            module(x)


def test_gradients_of_the_input_are_those_of_the_plain_file(plain, packed) -> None:
    gradients = []
    for module in (plain, packed):
        torch.manual_seed(3)
        x = torch.randn(SIZE, requires_grad=True)
        module(x).square().sum().backward()
        gradients.append(x.grad)
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4 * float(gradients[0].abs().max()))


def test_map_location_leaves_layers_plain_on_another_device(files) -> None:
    for layer in layers_of(torch.jit.load(files["auto"], map_location="meta")):
        assert layer.kernel == 0
        assert layer.packed == []


def test_other_executors_and_optimizations_in_memory_are_right(plain, packed) -> None:
    with torch.jit.optimized_execution(False):
        assert_same(plain, packed)
    assert_same(plain, torch.jit.optimize_for_inference(copy.deepcopy(packed)))


def test_inference_mode_at_load_or_at_run(plain, files) -> None:
    outside = torch.jit.load(files["auto"])
    with torch.inference_mode():
        inside = torch.jit.load(files["auto"])
        assert_same(plain, outside)
    assert_same(plain, inside)


def test_autocast_runs_with_each_kernel(packed) -> None:
    for kernel in range(5):
        for layer in layers_of(packed):
            if kernel in layer.kernels:
                layer.use(kernel)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.isfinite(packed(torch.ones(SIZE))).all()


def test_nan_comes_out_where_it_did(plain, packed) -> None:
    x = torch.zeros(SIZE)
    x[0, 3, 5, 5] = float("nan")
    with torch.no_grad():
        torch.testing.assert_close(packed(x).isnan(), plain(x).isnan())
        assert packed(x).isnan().any()


def test_several_threads_load_and_call_it(plain, files) -> None:
    shared = torch.jit.load(files["auto"])
    failures = []

    def work() -> None:
        try:
            for module in (torch.jit.load(files["auto"]), shared):
                assert_same(plain, module)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
