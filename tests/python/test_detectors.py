"""Detectors: a list of images as the input, a list of dicts as the output, another result in a script than in eager."""

import pytest
import torch
from capture_requests import MODELS, axis_probes, captured, input_set, tensor
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.inputs import drawn_call, load_inputs_file
from tsctl_capture.model.signature import example_inputs, signature_of
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source

IMAGES = f"{MODELS / 'detectors.py'}:images"
TWO_IMAGES = input_set(tensor(3, 12, 16, name="images[0]"), tensor(3, 9, 9, name="images[1]", stream=1))


def test_names_of_inputs_lead_into_lists_and_dicts():
    names = ("x", "images[0]", "images[1]", "past[0][0]", "past[0][1]", "batch.ids", "batch.mask")
    drawn = drawn_call(
        input_set(tensor(1), *(tensor(i + 2, name=name) for i, name in enumerate(names))), seed=0
    )
    assert [value.shape for value in drawn.args] == [(1,)]
    shapes = {
        "x": (2,),
        "images": [(3,), (4,)],
        "past": [[(5,), (6,)]],
        "batch": {"ids": (7,), "mask": (8,)},
    }

    def shapes_of(value):
        if isinstance(value, torch.Tensor):
            return tuple(value.shape)
        if isinstance(value, dict):
            return {key: shapes_of(item) for key, item in value.items()}
        return [shapes_of(item) for item in value]

    assert shapes_of(drawn.kwargs) == shapes


@pytest.mark.parametrize("mode", ["auto", "script"])
@pytest.mark.parametrize("declared", ["names", "function"])
def test_a_scripted_detector_returns_what_eager_returns(
    request_for, events, follows, reloaded, mode, declared
):
    given = {"inputs_file": IMAGES} if declared == "function" else {}
    sets = [] if declared == "function" else [TWO_IMAGES]
    result = captured(request_for("detectors.py:Detector", *sets, mode=mode, **given), events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert result["adapter"] == (
        "the script returns Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]; "
        "the file returns item 1 of it, as eager does"
    )
    assert "out[0].boxes" in result["output_names"]
    follows()
    module, records = reloaded()
    for call in load_inputs_file(IMAGES):
        found = module(*call.args)
        assert isinstance(found, list) and len(found) == len(call.args[0])
        assert all(len(one["boxes"]) > 0 for one in found)
    assert len(records) == (2 if declared == "function" else 1)


def test_the_sizes_of_each_image_are_general(request_for, events):
    drawn = tensor(3, 12, 16, name="images[0]")
    probes = [one for axis in (1, 2) for one in axis_probes(drawn, axis, "images[0]")]
    result = captured(request_for("detectors.py:Detector", input_set(drawn), probes=probes), events)
    found = {(one["input"], one["axis"]): one["status"] for one in result["generality"]}
    assert found[("images[0]", 1)] == found[("images[0]", 2)] == "general"


def test_exported_methods_stay_beside_the_item(request_for, events, reloaded):
    captured(request_for("detectors.py:ExportingDetector", TWO_IMAGES, mode="script"), events)
    module, _ = reloaded()
    assert module.best_score(torch.rand(1, 3, 8, 8)).dim() == 0


def test_two_items_of_eagers_type_are_not_chosen_between(request_for, events):
    result = captured(request_for("detectors.py:Ambiguous", input_set(tensor(2)), mode="script"), events)
    assert result["status"] == "not_general"
    assert "it returns tuple[2], eager returns tensor" in result["attempts"][0]["reason"]


def flags_in(hint):
    """The --input flags of a hint as drawn tensors."""
    parts = [part.strip(" '") for part in hint.split("--input")[1:]]
    assert parts, hint
    return [
        tensor(*map(int, shape.split("x")), name=name, stream=i)
        for i, (name, _, shape) in enumerate(part.partition(":") for part in parts)
    ]


@pytest.mark.parametrize("mode", ["auto", "script"])
def test_a_batch_in_place_of_a_list_is_explained_and_the_remedy_works(request_for, events, follows, mode):
    batch = input_set(tensor(2, 3, 12, 16, name="images"))
    result = captured_or_refused(request_for("detectors.py:Detector", batch, mode=mode), events)
    assert "its parameter images is List[Tensor], and it was given a tensor" in result
    hint = result.partition("give images by its items: ")[2]
    assert hint == "--input 'images[0]:3x12x16' --input 'images[1]:3x12x16'"
    captured(request_for("detectors.py:Detector", input_set(*flags_in(hint)), mode=mode), events)
    follows()


def captured_or_refused(request, events):
    """What the command says: reasons and remedies of the attempts, or message and hint of the error."""
    try:
        attempts = captured(request, events)["attempts"]
    except CaptureError as error:
        return f"{error.message}; {error.hint}"
    return "; ".join(part for one in attempts for part in (one["reason"], one["remedy"]) if part)


def test_a_dict_and_a_list_are_given_by_name(request_for, events, follows):
    drawn = [tensor(4, name="batch.x"), tensor(4, name="batch.scale", stream=1)]
    drawn += [tensor(3, name="past[0]", stream=2), tensor(5, name="past[1]", stream=3)]
    for mode in ("trace", "script"):
        result = captured(request_for("detectors.py:Batched", input_set(*drawn), mode=mode), events)
        assert result["status"] == "captured", mode
        follows()


def test_the_example_for_a_list_of_tensors_is_an_item(request_for):
    file = str(MODELS / "detectors.py")
    model = load_model(Source("", file, "", "Detector"), 0)
    assert example_inputs(model.signature, model.module) == "--input 'images[0]:3x224x224'"
    scripted = torch.jit.script(model.module)
    assert example_inputs(signature_of(scripted.forward), model.module).startswith("--input 'images[0]:")
