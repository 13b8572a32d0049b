"""What `tsctl inspect` says of a file without LibTorch is what LibTorch loads, and how the two readers differ."""

import json
import re
import struct
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


def helper(x: torch.Tensor) -> torch.Tensor:
    return torch.mul(x, 3)


class Calls(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return helper(x)


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


def with_body(records: dict[str, bytes], *lines: str) -> None:
    """Replace the body of the forward of a traced Linear by these lines, in which x is the input."""
    (name,) = [name for name in records if b"class Linear" in records[name] and name.endswith(".py")]
    text = records[name].decode()
    argument = re.search(r"forward\(self: [^,]+,\s*(\w+)", text)[1]
    named = [re.sub(r"(?<![.])\bx\b", argument, line) for line in lines]
    body = "".join(f"    {line}\n" for line in named)
    records[name] = (text[: text.index("    ", text.index(") -> Tensor:"))] + body).encode()


def ops_of(tsctl, path) -> set[str]:
    return {row["name"] for row in inspected(tsctl, path)["ops"]}


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
        "torch.mul\f(x,\f2)",
        "torch\f.\v mul(x, 2)",
    ],
)
def test_both_readers_see_the_same_operator(tsctl, tmp_path, statement) -> None:
    """Code that PyTorch never writes, but LibTorch reads: tsctl counts the operator too."""
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")
    changed(
        tmp_path / "in.pt", tmp_path / "out.pt", lambda records: with_body(records, f"return {statement}")
    )
    assert torch.equal(torch.jit.load(tmp_path / "out.pt")(ROWS), ROWS * 2)
    assert "aten::mul" in ops_of(tsctl, tmp_path / "out.pt")


def test_a_type_comment_is_code(tsctl, tmp_path) -> None:
    """LibTorch reads the types of a function from "# type:", over several lines if a bracket is open."""
    torch.jit.script(Calls().eval()).save(tmp_path / "in.pt")

    def comment(records: dict[str, bytes]) -> None:
        (name,) = [name for name in records if b"def helper" in records[name] and name.endswith(".py")]
        header = b"def helper(x: Tensor) -> Tensor:\n"
        assert header in records[name]
        records[name] = records[name].replace(
            header, b"def helper(x):\n  # type: (Tensor # torch.relu(\n  ) -> Tensor\n"
        )

    changed(tmp_path / "in.pt", tmp_path / "out.pt", comment)
    assert torch.equal(torch.jit.load(tmp_path / "out.pt")(ROWS), ROWS * 3)
    (forward,) = [row for row in inspected(tsctl, tmp_path / "out.pt")["methods"] if row["name"] == "forward"]
    assert [row["name"] for row in forward["ops"]] == ["aten::mul"]


def test_an_operator_in_a_type_comment_is_a_finding(tsctl, tmp_path) -> None:
    """What LibTorch does not take for a comment is not hidden from the findings."""
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")
    lines = ["y = x # type: torch.save", "return x"]
    changed(tmp_path / "in.pt", tmp_path / "out.pt", lambda records: with_body(records, *lines))
    codes = {finding["code"] for finding in inspected(tsctl, tmp_path / "out.pt")["findings"]}
    assert "code_touches_files" in codes


def test_the_last_of_two_classes_counts(tsctl, tmp_path) -> None:
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")

    def twice(records: dict[str, bytes]) -> None:
        (name,) = [name for name in records if b"class Linear" in records[name] and name.endswith(".py")]
        with_body(records, "return torch.mul(x, 3)")
        first = records[name]
        with_body(records, "return torch.add(x, x)")
        records[name] = first + records[name]

    changed(tmp_path / "in.pt", tmp_path / "out.pt", twice)
    assert torch.equal(torch.jit.load(tmp_path / "out.pt")(ROWS), ROWS + ROWS)
    (forward,) = [row for row in inspected(tsctl, tmp_path / "out.pt")["methods"] if row["name"] == "forward"]
    assert [row["name"] for row in forward["ops"]] == ["aten::add"]


def test_the_last_of_two_functions_counts(tsctl, tmp_path) -> None:
    torch.jit.script(Calls().eval()).save(tmp_path / "in.pt")

    def twice(records: dict[str, bytes]) -> None:
        (name,) = [name for name in records if b"def helper" in records[name] and name.endswith(".py")]
        records[name] += records[name].replace(b"torch.mul(x, 3)", b"torch.add(x, x)")

    changed(tmp_path / "in.pt", tmp_path / "out.pt", twice)
    assert torch.equal(torch.jit.load(tmp_path / "out.pt")(ROWS), ROWS + ROWS)
    (forward,) = [row for row in inspected(tsctl, tmp_path / "out.pt")["methods"] if row["name"] == "forward"]
    assert [row["name"] for row in forward["ops"]] == ["aten::add"]


def state_in(tsctl, path) -> tuple[list, list[int]]:
    """The outputs of LibTorch, and the size of each tensor that inspect reads."""
    summary = inspected(tsctl, path)
    return torch.jit.load(path)(ROWS).tolist(), [row["size_bytes"] for row in summary["tensors"]]


@pytest.mark.parametrize("wide", [1, 7, 1 << 40])
def test_64_bit_fields_beside_valid_32_bit_fields_are_ignored(tsctl, tmp_path, wide) -> None:
    """A reader that always takes the ZIP64 field would see another size, and another place."""
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")
    with zipfile.ZipFile(tmp_path / "in.pt") as source, zipfile.ZipFile(tmp_path / "out.pt", "w") as target:
        for record in source.infolist():
            copy = zipfile.ZipInfo(record.filename)
            copy.extra = struct.pack("<HHQQQ", 1, 24, wide, wide, wide)
            target.writestr(copy, source.read(record))
    assert state_in(tsctl, tmp_path / "out.pt") == state_in(tsctl, tmp_path / "in.pt")


def test_64_bit_fields_behind_escapes_count(tsctl, tmp_path, monkeypatch) -> None:
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")
    with zipfile.ZipFile(tmp_path / "in.pt") as source:
        records = {name: source.read(name) for name in source.namelist()}
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)  # everything is written with 64 bits
    with zipfile.ZipFile(tmp_path / "out.pt", "w") as target:
        for name, content in records.items():
            target.writestr(name, content)
    assert (tmp_path / "out.pt").read_bytes().count(b"\xff\xff\xff\xff") > len(records)
    assert state_in(tsctl, tmp_path / "out.pt") == state_in(tsctl, tmp_path / "in.pt")


def test_end_records_that_contradict_each_other_are_refused(tsctl, tmp_path, monkeypatch) -> None:
    """The 32-bit end record names no records, the 64-bit one all of them."""
    torch.jit.trace(nn.Linear(4, 2).eval(), ROWS).save(tmp_path / "in.pt")
    with zipfile.ZipFile(tmp_path / "in.pt") as source:
        records = {name: source.read(name) for name in source.namelist()}
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    with zipfile.ZipFile(tmp_path / "out.pt", "w") as target:
        for name, content in records.items():
            target.writestr(name, content)
    content = bytearray((tmp_path / "out.pt").read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    (tmp_path / "out.pt").write_bytes(content)
    result = subprocess.run(
        [tsctl, "inspect", tmp_path / "out.pt"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 3
    assert "its two end records contradict each other" in result.stderr
