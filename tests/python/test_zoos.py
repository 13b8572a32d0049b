"""Models by name, against small stand-ins of torchvision, timm and transformers that are written here."""

import importlib
import json
import sys
import warnings

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source

TORCHVISION = """
import types
import torch
from torch import nn

class ResNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(4, width)
    def forward(self, x):
        return self.linear(x)

class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2)
        self.aux_classifier = nn.Linear(2, 2)
    def forward(self, x):
        out = self.linear(x)
        return {"out": out, "aux": self.aux_classifier(out)}

class Finder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
    def forward(self, images: list[torch.Tensor]):
        found = [{"boxes": self.linear(image).sum(0)} for image in images]
        if torch.jit.is_scripting():
            losses: dict[str, torch.Tensor] = {}
            return losses, found
        return found
Finder.__module__ = "torchvision.models.detection.finder"

def tiny_resnet(*, weights=None, width=3):
    assert weights is None
    return ResNet(width)

def tiny_segmenter(*, weights=None, weights_backbone="IMAGENET"):
    assert weights is None and weights_backbone is None, "it would download"
    return Segmenter()

def tiny_finder(*, weights=None):
    return Finder()

BUILDERS = {one.__name__: one for one in (tiny_resnet, tiny_segmenter, tiny_finder)}
models = types.SimpleNamespace(
    list_models=lambda: sorted(BUILDERS),
    get_model_builder=BUILDERS.__getitem__,
    get_model=lambda name, **config: BUILDERS[name](**config),
)
"""

TIMM = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.linear = nn.Linear(4, num_classes)
    def forward(self, x):
        return self.linear(x)

def list_models():
    return ["tiny_net", "other_net"]

def is_model(name):
    return name in list_models()

built_with = {}

def create_model(name, pretrained=False, scriptable=None, **kwargs):
    assert pretrained is False
    built_with.update(scriptable=scriptable)
    return Net(**kwargs)
"""

TRANSFORMERS = """
import dataclasses
import json
import os
import types
import torch
from torch import nn

torch.rand(3)  # importing draws numbers
logging = types.SimpleNamespace(set_verbosity_error=lambda: None, disable_progress_bar=lambda: None)
OFFLINE = os.environ.get("HF_HUB_OFFLINE"), os.environ.get("TRANSFORMERS_OFFLINE")

class TinyConfig:
    attribute_map = {"hidden": "hidden_size"}
    def __init__(self, hidden_size=4, use_cache=True, return_dict=True, attn_implementation=None, **kwargs):
        self.hidden_size = hidden_size
        self.use_cache = use_cache
        self._attn_implementation = attn_implementation or "sdpa"
        self.dtype = kwargs.get("dtype")
    def to_dict(self):
        return {"hidden_size": self.hidden_size, "use_cache": self.use_cache, "return_dict": True}
    @classmethod
    def from_pretrained(cls, folder, local_files_only=False):
        assert local_files_only
        with open(os.path.join(folder, "config.json")) as file:
            return cls(**json.load(file))

AutoConfig = TinyConfig

@dataclasses.dataclass
class TinyOutput:
    last_hidden_state: torch.Tensor
    cache: object = None

class PreTrainedModel(nn.Module):
    config_class = None
    @classmethod
    def from_pretrained(cls, folder, local_files_only=False, output_loading_info=False,
                        ignore_mismatched_sizes=False, **kwargs):
        assert local_files_only and output_loading_info and ignore_mismatched_sizes
        with open(os.path.join(folder, "config.json")) as file:
            model = cls(TinyConfig(**{**json.load(file), **kwargs}))
        state = torch.load(os.path.join(folder, "weights.pt"), weights_only=True)
        own = model.state_dict()
        fits = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
        model.load_state_dict(fits, strict=False)
        wrong = {(k, v.shape, own[k].shape) for k, v in state.items() if k in own and v.shape != own[k].shape}
        return model, {"missing_keys": set(own) - set(state), "unexpected_keys": set(state) - set(own),
                       "mismatched_keys": wrong, "error_msgs": []}

class TinyModel(PreTrainedModel):
    config_class = TinyConfig
    def __init__(self, config, add_pooling_layer=True):
        super().__init__()
        self.config = config
        self.linear = nn.Linear(config.hidden_size, config.hidden_size)
        self.pooler = nn.Linear(config.hidden_size, 2) if add_pooling_layer else None
    def forward(self, x, **kwargs):
        out = self.linear(x)
        if self.pooler is not None:
            out = self.pooler(out)
        return TinyOutput(out, "a cache" if self.config.use_cache else None)

class AutoModel:
    from_pretrained = TinyModel.from_pretrained
"""

PACKAGES = {"torchvision": TORCHVISION, "timm": TIMM, "transformers": TRANSFORMERS}


@pytest.fixture
def zoos(tmp_path, monkeypatch):
    """The stand-ins on sys.path, in place of any that are installed."""
    folder = tmp_path / "packages"
    for name, text in PACKAGES.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "0")
    for name in PACKAGES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    importlib.invalidate_caches()
    yield folder
    for name in PACKAGES:
        sys.modules.pop(name, None)


def by_name(text, kwargs=None, weights=""):
    zoo, _, name = text.partition(":")
    return Source(text, "", zoo, name, json.dumps(kwargs) if kwargs else "", str(weights))


def refusal(*arguments, **options):
    with pytest.raises(CaptureError) as caught:
        load_model(by_name(*arguments, **options), 0)
    return caught.value


def test_builds_a_model_of_each_zoo(zoos):
    assert load_model(by_name("torchvision:tiny_resnet", {"width": 5}), 0).module.linear.out_features == 5
    assert load_model(by_name("timm:tiny_net", {"num_classes": 7}), 0).module.linear.out_features == 7
    hidden = load_model(by_name("transformers:TinyModel", {"hidden_size": 6}), 0)
    assert hidden.module.linear.out_features == 6 and hidden.class_name == "TinyModel"
    assert not hidden.module.training


def test_says_that_the_weights_are_random(zoos, tmp_path):
    assert "random" in load_model(by_name("timm:tiny_net"), 0).notes[0]
    torch.save({"linear.weight": torch.ones(3, 4), "linear.bias": torch.ones(3)}, tmp_path / "w.pt")
    loaded = load_model(by_name("timm:tiny_net", weights=tmp_path / "w.pt"), 0)
    assert not any("random" in note for note in loaded.notes)
    assert torch.equal(loaded.module.linear.bias, torch.ones(3))


def test_weights_do_not_depend_on_what_importing_draws(zoos):
    first = load_model(by_name("transformers:TinyModel"), 3).module.linear.weight
    again = load_model(by_name("transformers:TinyModel"), 3).module.linear.weight
    assert torch.equal(first, again)


def test_keeps_the_packages_off_the_network(zoos):
    load_model(by_name("transformers:TinyModel"), 0)
    assert sys.modules["transformers"].OFFLINE == ("1", "1")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("torchvision:tiny_resnt", "'tiny_resnet'"),
        ("timm:tiny_nett", "'tiny_net'"),
        ("transformers:TinyModle", "'TinyModel'"),
        ("transformers:TinyConfig", "'TinyModel'"),
    ],
)
def test_suggests_a_registered_name(zoos, text, meant):
    error = refusal(text)
    assert error.kind == "usage" and "has no model" in error.message and meant in error.hint


@pytest.mark.parametrize(
    ("text", "kwargs", "words"),
    [
        ("torchvision:tiny_resnet", {"weights": "DEFAULT"}, "would be downloaded"),
        ("torchvision:tiny_segmenter", {"weights_backbone": "DEFAULT"}, "would be downloaded"),
        ("timm:tiny_net", {"pretrained": True}, "would be downloaded"),
        ("torchvision:tiny_resnet", {"widht": 3}, "unexpected keyword argument 'widht'"),
        ("timm:tiny_net", {"classes": 3}, "unexpected keyword argument 'classes'"),
        ("transformers:TinyModel", {"hiden_size": 3}, "TinyConfig has no 'hiden_size'"),
        ("transformers:AutoModel", None, "a folder of weights"),
    ],
)
def test_refuses_kwargs_that_do_not_fit(zoos, text, kwargs, words):
    error = refusal(text, kwargs)
    assert error.kind == "usage" and words in error.message and error.hint


def test_never_downloads_a_backbone(zoos):
    loaded = load_model(by_name("torchvision:tiny_segmenter"), 0)
    assert any("auxiliary" in note for note in loaded.notes)


def test_asks_timm_for_layers_that_a_file_can_hold(zoos):
    loaded = load_model(by_name("timm:tiny_net"), 0)
    assert sys.modules["timm"].built_with["scriptable"] is True
    assert any("scriptable" in note for note in loaded.notes)
    load_model(by_name("timm:tiny_net", {"scriptable": False}), 0)
    assert sys.modules["timm"].built_with["scriptable"] is False


def test_hides_what_transformers_says_of_its_own_future(zoos):
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        load_model(by_name("transformers:TinyModel"), 0)
        for module in ("transformers.modeling_utils", "net"):
            warnings.warn_explicit("a name is deprecated", FutureWarning, "file.py", 1, module=module)
    assert len(shown) == 1


def test_turns_the_cache_off_and_says_so(zoos):
    loaded = load_model(by_name("transformers:TinyModel"), 0)
    assert loaded.module.config.use_cache is False
    assert any("use_cache" in note for note in loaded.notes)
    assert any("attention" in note and "sdpa" in note for note in loaded.notes)
    kwargs = {"use_cache": True, "attn_implementation": "eager"}
    asked = load_model(by_name("transformers:TinyModel", kwargs), 0)
    assert asked.module.config.use_cache is True and asked.module.config._attn_implementation == "eager"
    assert not any("use_cache" in note or "attention" in note for note in asked.notes)


def test_gives_the_class_what_is_no_part_of_its_configuration(zoos):
    loaded = load_model(by_name("transformers:TinyModel", {"add_pooling_layer": False}), 0)
    assert loaded.module.pooler is None


def make_folder(folder, state):
    folder.mkdir()
    (folder / "config.json").write_text('{"hidden_size": 3}')
    torch.save(state, folder / "weights.pt")
    return folder


STATE = {
    "linear.weight": torch.ones(3, 3),
    "linear.bias": torch.ones(3),
    "pooler.weight": torch.ones(2, 3),
    "pooler.bias": torch.ones(2),
}


@pytest.mark.parametrize("name", ["TinyModel", "AutoModel"])
def test_loads_a_local_folder(zoos, tmp_path, name):
    folder = make_folder(tmp_path / "saved", {**STATE, "head.bias": torch.ones(1)})
    loaded = load_model(by_name(f"transformers:{name}", weights=folder), 0)
    assert loaded.class_name == "TinyModel"
    assert torch.equal(loaded.module.linear.weight, torch.ones(3, 3))
    assert loaded.module.config.use_cache is False
    assert any("head.bias" in note for note in loaded.notes)
    assert not any("random" in note for note in loaded.notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pooler.bias": None}, "missing: pooler.bias"),
        ({"pooler.bias": torch.ones(5)}, "of another shape: pooler.bias (folder [5], model [2])"),
    ],
)
def test_lists_what_a_folder_lacks(zoos, tmp_path, change, words):
    state = {name: value for name, value in {**STATE, **change}.items() if value is not None}
    error = refusal("transformers:TinyModel", weights=make_folder(tmp_path / "saved", state))
    assert error.kind == "input" and words in error.detail
    assert ("add_pooling_layer" in error.hint) == words.startswith("missing: pooler")


def test_a_folder_without_a_configuration_is_an_input_error(zoos, tmp_path):
    error = refusal("transformers:TinyModel", weights=tmp_path)
    assert error.kind == "input" and "config.json" in error.message


@pytest.mark.parametrize("zoo", list(PACKAGES))
def test_a_missing_package_is_an_environment_error(zoo, monkeypatch):
    monkeypatch.setitem(sys.modules, zoo, None)
    error = refusal(f"{zoo}:anything")
    assert error.kind == "environment"
    assert "lacks" in error.message and zoo in error.message
    assert f"-m pip install {zoo} torch==" in error.hint and "--python" in error.hint


def test_a_package_for_another_torch_is_an_environment_error(zoos):
    (zoos / "torchvision" / "__init__.py").write_text("raise RuntimeError('operator nms does not exist')")
    error = refusal("torchvision:tiny_resnet")
    assert error.kind == "environment" and "operator nms does not exist" in error.message


@pytest.mark.parametrize("mode", ["trace", "script"])
def test_captures_a_model_by_its_name(zoos, request_for, events, follows, mode):
    request = request_for("timm:tiny_net", input_set(tensor(2, 4)), mode=mode)
    request["source"] = vars(by_name("timm:tiny_net"))
    assert jobs.run("capture", request, events)["mode"] == mode
    follows()


def test_a_detector_takes_a_batch_and_is_scripted(zoos, request_for, events, reloaded, tmp_path):
    request = request_for("torchvision:tiny_finder", input_set(tensor(3, 5, 4)), mode="script")
    request["source"] = vars(by_name("torchvision:tiny_finder"))
    result = jobs.run("capture", request, events)
    assert result["class_name"] == "Detector"
    module, records = reloaded()
    found = module(*records[0]["args"])
    assert len(found) == 3 and list(found[0]) == ["boxes"]
    torch.testing.assert_close(found, records[0]["outputs"])


def test_a_detectors_weights_have_the_names_of_what_is_wrapped(zoos, tmp_path):
    torch.save({"linear.weight": torch.ones(4, 4), "linear.bias": torch.ones(4)}, tmp_path / "w.pt")
    loaded = load_model(by_name("torchvision:tiny_finder", weights=tmp_path / "w.pt"), 0)
    assert torch.equal(loaded.module.model.linear.bias, torch.ones(4))
    assert any("wrapped" in note for note in loaded.notes)
