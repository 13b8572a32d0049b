"""What `tsctl inspect` says of a file without LibTorch is what LibTorch loads, and how the two readers differ."""

import json
import re
import subprocess
import zipfile

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.b = nn.BatchNorm2d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.b(self.a(x)))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out(F.scaled_dot_product_attention(q, k, v))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        self.head = nn.Linear(8, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.embedding(x))


class Buffers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kept", torch.arange(6).reshape(2, 3))
        self.register_buffer("halves", torch.ones(3, dtype=torch.float16).expand(4, 3))
        self.register_buffer("empty", torch.zeros(0, 5, dtype=torch.bool))
        self.scalar = nn.Parameter(torch.tensor(2.0, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scalar + self.kept + self.halves.sum() + self.empty.sum()


class Constants(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.tensor([1.0, 2.0]) * torch.tensor([3, 4])


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.named = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 2)})

    def forward(self, x: torch.Tensor, steps: int = 2) -> torch.Tensor:
        for layer in self.layers:
            if steps > 1:
                x = layer(x)
        return self.named["a"](x) + self.named["b"](x)

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, int]:
        return self.layers[0](x), 1


class Texts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.name = 'a "quoted" \\ text\n# no comment'
        self.table = {"x": [1, 2], "y": [3]}

    def forward(self, x: torch.Tensor, mode: str = "torch.save(x, 'p')") -> torch.Tensor:
        if mode == self.name:
            return x * len(self.table["x"])
        return x


def transformer() -> nn.Module:
    return nn.TransformerEncoder(
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False
    )


IMAGE = torch.ones(1, 4, 8, 8)
ROWS = torch.ones(2, 4)
TOKENS = torch.ones(2, 3, 8)

SCRIPTED = {
    "linear": lambda: nn.Linear(4, 2),
    "mlp": lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 2)),
    "residual": Residual,
    "deep": lambda: nn.Sequential(*[Residual() for _ in range(5)]),
    "attention": Attention,
    "tied": Tied,
    "buffers": Buffers,
    "constants": Constants,
    "branches": Branches,
    "texts": Texts,
    "lstm": lambda: nn.LSTM(8, 4, 2, bidirectional=True),
    "gru": lambda: nn.GRU(8, 4),
    "transformer": transformer,
    "half": lambda: nn.Linear(4, 2).to(torch.bfloat16),
    "quantized": lambda: torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear}),
}
TRACED = {
    "linear": (lambda: nn.Linear(4, 2), ROWS),
    "residual": (Residual, IMAGE),
    "deep": (lambda: nn.Sequential(*[Residual() for _ in range(5)]), IMAGE),
    "attention": (Attention, TOKENS),
    "constants": (Constants, torch.ones(2)),
    "groups": (lambda: nn.Sequential(nn.Conv2d(4, 8, 3, groups=4), nn.GroupNorm(2, 8), nn.GELU()), IMAGE),
    "pooling": (lambda: nn.Sequential(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten()), IMAGE),
    "upsampling": (lambda: nn.Sequential(nn.ConvTranspose2d(4, 2, 2, 2), nn.Upsample(scale_factor=2)), IMAGE),
    "embedding": (lambda: nn.EmbeddingBag(10, 4), torch.tensor([[1, 2], [3, 4]])),
    "transformer": (transformer, TOKENS),
}


def models() -> dict:
    made = {
        f"script-{name}": lambda make=make: torch.jit.script(make().eval()) for name, make in SCRIPTED.items()
    }
    for name, (make, example) in TRACED.items():
        made[f"trace-{name}"] = lambda make=make, example=example: torch.jit.trace(
            make().eval(), example, check_trace=False
        )
        made[f"freeze-{name}"] = lambda make=make, example=example: torch.jit.freeze(
            torch.jit.trace(make().eval(), example, check_trace=False)
        )
    return made


MODELS = models()


def inspected(tsctl, path) -> dict:
    result = subprocess.run(
        [tsctl, "inspect", path, "--json", "-"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["inspect"]


def row_of(tensor: torch.Tensor) -> tuple:
    return str(tensor.dtype).removeprefix("torch."), list(tensor.shape), list(tensor.stride())


def constants_in(module: torch.jit.ScriptModule) -> dict[str, torch.Tensor]:
    return {key: value for key, value in module.code_with_constants[1].const_mapping.items()}


def require_same(tsctl, path) -> None:
    summary = inspected(tsctl, path)
    module = torch.jit.load(path)
    assert {row["name"] for row in summary["methods"]} == set(module._c._method_names())
    for row in summary["methods"]:
        schema = module._c._get_method(row["name"]).schema
        assert [parameter["name"] for parameter in row["parameters"]] == [
            a.name for a in schema.arguments[1:]
        ]
    rows = {row["name"]: row for row in summary["tensors"]}
    for kind, expected in (("parameter", module.named_parameters), ("buffer", module.named_buffers)):
        found = {
            name: (row["dtype"], row["shape"], row["strides"])
            for name, row in rows.items()
            if row["kind"] == kind
        }
        assert found == {name: row_of(tensor) for name, tensor in expected(remove_duplicate=False)}
    modules = {name for name, _ in module.named_modules()}
    assert modules <= {row["path"] for row in summary["modules"]}
    with zipfile.ZipFile(path) as archive:
        stored = [name for name in archive.namelist() if re.search(r"/constants/\d+$", name)]
    assert len({row["record"] for row in summary["constants"]}) == len(stored)
    codes = {finding["code"] for finding in summary["findings"]}
    assert not codes & {
        "unknown_operator",
        "unknown_namespace",
        "code_not_readable",
        "custom_class",
        "code_touches_files",
    }
    assert "calls_not_followed" not in {warning["code"] for warning in summary["warnings"]}


@pytest.mark.parametrize("name", MODELS)
def test_inspect_says_what_libtorch_loads(tsctl, tmp_path, name) -> None:
    path = tmp_path / "model.pt"
    MODELS[name]().save(path)
    require_same(tsctl, path)


def changed(source, target, change) -> None:
    """Write an archive whose records `change` may have changed: a dict of relative names and contents."""
    with zipfile.ZipFile(source) as archive:
        top = archive.namelist()[0].split("/")[0]
        records = {name[len(top) + 1 :]: archive.read(name) for name in archive.namelist()}
    change(records)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in records.items():
            archive.writestr(f"{top}/{name}", content)


@pytest.mark.parametrize(
    "statement",
    [
        "torch . mul(x, 2)",
        "torch.mul (x, 2)",
        "(torch.mul)(x, 2)",
        'getattr(torch, "mul")(x, 2)',
        "x.mul(2)",
        "ops.aten.mul(x, 2)",
        "torch.autograd.mul(x, 2)",
        "torch.mul(x,\n2)",
        "torch. \\\n mul(x, 2)",
        "torch.mul(x, 2)\r",
        'torch.mul(x, 2) # """',
    ],
)
def test_both_readers_see_the_same_operator(tsctl, tmp_path, statement) -> None:
    """Code that PyTorch never writes, but LibTorch reads: tsctl counts the operator too."""
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")

    def rewrite(records: dict[str, bytes]) -> None:
        (name,) = [name for name in records if b"class Linear" in records[name] and name.endswith(".py")]
        text = records[name].decode()
        argument = re.search(r"forward\(self: [^,]+,\s*(\w+)", text)[1]
        call = re.sub(r"(?<=[(, ])x\b", argument, statement).replace("x.mul", f"{argument}.mul")
        body = f"    return {call}\n"
        records[name] = (
            text[: text.rindex("    return") if "    return" in text else len(text)] + body
        ).encode()

    changed(tmp_path / "in.pt", tmp_path / "out.pt", rewrite)
    assert torch.equal(torch.jit.load(tmp_path / "out.pt")(ROWS), ROWS * 2)
    ops = {row["name"] for row in inspected(tsctl, tmp_path / "out.pt")["ops"]}
    assert "aten::mul" in ops
