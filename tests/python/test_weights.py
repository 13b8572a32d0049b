"""--weights: safetensors and state dicts."""

import json
import zipfile

import pytest
import torch
from capture_requests import MODELS, input_set, tensor
from safetensors.torch import save_file
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.model.weights import load_weights
from tsctl_capture.request import Source
from tsctl_capture.retirement_notices import without_retirement_notices


def load(path):
    return load_model(Source("x", str(MODELS / "simple_model.py"), "", "Tiny", "", str(path)), 0).module


STATE = {"linear.weight": torch.arange(20.0).reshape(2, 10), "linear.bias": torch.ones(2)}


@pytest.mark.parametrize("form", ["safetensors", "plain", "nested", "old"])
def test_loads_every_form(tmp_path, form):
    path = tmp_path / "weights.bin"
    if form == "safetensors":
        save_file(STATE, path)
    elif form == "old":
        torch.save(STATE, path, _use_new_zipfile_serialization=False)
    else:
        torch.save(STATE if form == "plain" else {"epoch": 3, "state_dict": STATE}, path)
    assert torch.equal(load(path).linear.weight, STATE["linear.weight"])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"linear.weight": STATE["linear.weight"]}, "missing: linear.bias"),
        ({**STATE, "extra": torch.ones(1)}, "unexpected: extra"),
        ({**STATE, "linear.bias": torch.ones(3)}, "linear.bias (file [3], model [2])"),
    ],
)
def test_lists_what_does_not_fit(tmp_path, state, words):
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert caught.value.kind == "input"
    assert "w.pt' do not fit the model: 1 " in caught.value.message
    assert words in caught.value.detail


def test_knows_the_names_of_a_parallel_model(tmp_path):
    torch.save({f"module.{name}": value for name, value in STATE.items()}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "DataParallel" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"not a state dict at all", b"\x10\0\0\0\0\0\0\0{"])
def test_refuses_other_files(tmp_path, content):
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.bin")
    assert caught.value.kind == "input" and "w.bin" in caught.value.message


def test_runs_nothing_that_a_pickle_holds(tmp_path):
    torch.save(torch.nn.Linear(10, 2), tmp_path / "whole_module.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "whole_module.pt")
    assert caught.value.kind == "input"


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "nowhere.pt")
    assert caught.value.kind == "input"


def test_says_where_the_names_differ_in_their_beginning(tmp_path):
    torch.save({f"_orig_mod.{name}": value for name, value in STATE.items()}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "torch.compile" in caught.value.hint and "_orig_mod" in caught.value.hint
    torch.save({name.removeprefix("linear."): value for name, value in STATE.items()}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "with the prefix 'linear.'" in caught.value.hint
    torch.save(
        {f"net.body.{name}": value for name, value in STATE.items()} | {"head": torch.ones(1)},
        tmp_path / "w.pt",
    )
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "with the prefix 'net.body.'" in caught.value.hint


def test_says_that_numbers_of_another_kind_are_converted_as_torch_does(tmp_path):
    torch.save({**STATE, "linear.bias": torch.ones(2, dtype=torch.int64)}, tmp_path / "w.pt")
    source = Source("x", str(MODELS / "simple_model.py"), "", "Tiny", "", str(tmp_path / "w.pt"))
    loaded = load_model(source, 0)
    assert torch.equal(loaded.module.linear.bias, torch.ones(2))
    assert loaded.notes == [
        "the weights linear.bias are int64 in the file and are converted to the model's float32"
    ]


def test_says_that_weights_change_their_precision(tmp_path):
    torch.save({name: value.to(torch.bfloat16) for name, value in STATE.items()}, tmp_path / "w.pt")
    source = Source("x", str(MODELS / "simple_model.py"), "", "Tiny", "", str(tmp_path / "w.pt"))
    words = "linear.weight and 1 more are bfloat16 in the file and are converted to the model's float32"
    assert load_model(source, 0).notes == [f"the weights {words}"]


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_finds_the_state_dict_in_a_checkpoint(tmp_path, key):
    torch.save({"epoch": 3, "model_ema": {"decay": 0.9}, key: STATE}, tmp_path / "w.pt")
    source = Source("x", str(MODELS / "simple_model.py"), "", "Tiny", "", str(tmp_path / "w.pt"))
    loaded = load_model(source, 0)
    assert torch.equal(loaded.module.linear.weight, STATE["linear.weight"])
    assert loaded.notes == [f"the weights come from the checkpoint's '{key}', not from its 'model_ema'"]


def test_names_the_keys_of_a_checkpoint_without_a_state_dict(tmp_path):
    torch.save({"epoch": 3, "optimizer": {"lr": 0.1}}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "a dict (epoch, optimizer), which is not a state dict" in caught.value.message


def write_shards(folder):
    folder.mkdir()
    places = {"linear.weight": "part-1.safetensors", "linear.bias": "part-2.safetensors"}
    for name, part in places.items():
        save_file({name: STATE[name]}, folder / part)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    return folder


@pytest.mark.parametrize("name", ["", "model.safetensors.index.json"])
def test_joins_the_parts_that_an_index_names(tmp_path, name):
    loaded = load(write_shards(tmp_path / "shards") / name)
    assert torch.equal(loaded.linear.weight, STATE["linear.weight"])
    assert torch.equal(loaded.linear.bias, STATE["linear.bias"])


def test_names_the_part_that_is_missing(tmp_path):
    folder = write_shards(tmp_path / "shards")
    (folder / "part-2.safetensors").unlink()
    with pytest.raises(CaptureError) as caught:
        load(folder)
    assert caught.value.kind == "input" and "'part-2.safetensors'" in caught.value.message


@pytest.mark.parametrize("text", ["[1]", "{}", '{"weight_map": 3}', "not JSON"])
def test_refuses_a_damaged_index(tmp_path, text):
    (tmp_path / "model.safetensors.index.json").write_text(text)
    with pytest.raises(CaptureError) as caught:
        load(tmp_path)
    assert caught.value.kind == "input" and "is not an index of weights" in caught.value.message


def test_takes_the_one_file_of_a_folder(tmp_path):
    save_file(STATE, tmp_path / "model.safetensors")
    (tmp_path / "notes.txt").write_text("x")
    assert torch.equal(load(tmp_path).linear.bias, STATE["linear.bias"])


@pytest.mark.parametrize(
    ("names", "words"), [([], "holds no weights"), (["a.pt", "b.pt"], "several weights files")]
)
def test_refuses_a_folder_without_one_file_of_weights(tmp_path, names, words):
    for name in names:
        torch.save(STATE, tmp_path / name)
    with pytest.raises(CaptureError) as caught:
        load(tmp_path)
    assert caught.value.kind == "input" and words in caught.value.message


def tied(module):
    """Names by the storage they share, those that share with nobody left out."""
    named = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    by_place = {}
    for name, value in named:
        by_place.setdefault(value.data_ptr(), set()).add(name)
    return sorted(sorted(names) for names in by_place.values() if len(names) > 1)


@pytest.mark.parametrize("mode", ["trace", "script"])
@pytest.mark.parametrize(
    ("name", "drawn", "shared", "stored_bytes"),
    [
        (
            "TiedEmbedding",
            tensor(2, 5, dtype="int64", low=0, high=511),
            [["embedding.weight", "head.weight"]],
            (512 * 64 + 2 * 64) * 4,
        ),
        (
            "SharedParts",
            tensor(3, 128),
            [
                ["last.bias", "last_again.bias"],
                ["last.weight", "last_again.weight"],
                ["left.offset", "right.offset"],
                ["left.weight", "right.weight"],
            ],
            (2 * 128 * 128 + 2 * 128) * 4,
        ),
    ],
)
def test_tied_weights_stay_tied(
    request_for, events, follows, tmp_path, mode, name, drawn, shared, stored_bytes
):
    jobs.run("capture", request_for(f"tied.py:{name}", input_set(drawn), mode=mode), events)
    module = follows()
    prefix = "model." if any(name.startswith("model.") for name, _ in module.named_parameters()) else ""
    assert tied(module) == [[prefix + one for one in names] for names in shared]
    with zipfile.ZipFile(tmp_path / "captured.pt") as file:
        stored = [item.file_size for item in file.infolist() if "/data/" in item.filename]
    assert sum(stored) == stored_bytes


def test_names_of_weights_are_strings(tmp_path):
    torch.save({0: torch.ones(1)}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert caught.value.kind == "input" and "a dict (0), which is not a state dict" in caught.value.message


@pytest.mark.parametrize("places", [{"a": 5}, {"a": "one.bin", "b": 5}, {"a": None}])
def test_parts_of_an_index_are_names(tmp_path, places):
    index = tmp_path / "w.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    with pytest.raises(CaptureError) as caught:
        load(index)
    assert caught.value.kind == "input" and "w.index.json' is not an index of weights" in caught.value.message


def test_an_empty_file_of_weights_comes_from_no_wrapper(tmp_path):
    torch.save({}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "2 missing" in caught.value.message and caught.value.hint == "the file holds no weights"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"hello world\n", "it is text"),
        (b"PK\x03\x04 and no more", "it is cut off or damaged"),
        (b"\x80\x02K\x01.", "state dict"),
        (b"\x80\x02cos\nsystem\n.", "can run code when it is read"),
    ],
)
def test_what_is_no_file_of_weights_is_called_by_its_name(tmp_path, content, words):
    path = tmp_path / "w.bin"
    path.write_bytes(content)
    with pytest.raises(CaptureError) as caught:
        load_weights(torch.nn.Linear(2, 2), str(path))
    assert caught.value.kind == "input"
    text = f"{caught.value.message} {caught.value.hint}"
    assert words in text
    assert "weights_only" not in text and "\x1b" not in text


def test_a_torchscript_file_is_no_file_of_weights(tmp_path):
    path = tmp_path / "model.pt"
    with without_retirement_notices():
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), str(path))
    with pytest.raises(CaptureError, match="a TorchScript file"):
        load_weights(torch.nn.Linear(2, 2), str(path))
