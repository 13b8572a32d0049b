"""An optional cache, `past: Optional[Tuple[Tensor, Tensor]]`: right in a file, or refused in words."""

import pytest
from capture_requests import MODELS, captured, input_set, tensor
from tsctl_capture.errors import CaptureError

X = tensor(1, 1, 8, name="x")
PAST = [tensor(1, 3, 8, name=f"past[{i}]", stream=i + 1) for i in (0, 1)]
SETS = f"{MODELS / 'caches.py'}:sets"


@pytest.mark.parametrize("mode", ["trace", "script"])
def test_a_cache_of_items_is_captured(request_for, events, follows, reloaded, mode):
    result = captured(request_for("caches.py:Decoder", input_set(X, *PAST), mode=mode), events)
    assert (result["mode"], result["status"]) == (mode, "captured")
    assert result["output_names"] == ["out[0]", "out[1][0]", "out[1][1]"]
    follows()


def test_sets_with_and_without_a_cache_are_scripted(request_for, events, follows):
    result = captured(request_for("caches.py:Decoder", inputs_file=SETS), events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert result["attempts"][0]["reason"] == (
        "a trace takes tensors only, and would fix the default of past, for which set 2 has another value"
    )
    follows()


def test_a_script_takes_no_tensor_for_a_tuple(request_for, events):
    given = input_set(X, tensor(2, 1, 3, 8, name="past", stream=1))
    with pytest.raises(CaptureError) as refused:
        captured(request_for("caches.py:Decoder", given, mode="script"), events)
    assert refused.value.message.endswith(
        "its parameter past is Optional[Tuple[Tensor, Tensor]], and it was given a tensor"
    )
    assert refused.value.hint == ("give past by its items: --input 'past[0]:1x3x8' --input 'past[1]:1x3x8'")


def test_eager_that_refuses_the_tensor_says_how_to_give_items(request_for, events):
    given = input_set(X, tensor(1, 3, 8, name="past", stream=1))
    with pytest.raises(CaptureError) as refused:
        captured(request_for("caches.py:Decoder", given), events)
    assert refused.value.hint == (
        "forward takes past as Optional[Tuple[torch.Tensor, torch.Tensor]]: give it by its items, "
        "--input 'past[0]:SHAPE' --input 'past[1]:SHAPE'"
    )
