"""Names that TorchScript cannot read back from a file: another one for a class, a refusal for an attribute."""

import json

import pytest
from capture_requests import captured, input_set, tensor
from tsctl_capture.errors import CaptureError

X = input_set(tensor(2, 4))


@pytest.mark.parametrize("mode", ["trace", "script"])
@pytest.mark.parametrize(
    "source",
    [
        "named/3d-net.py:Small",
        "named/class.py:Small",
        "named/größe.py:Small",
        "named/names.py:Modèle",
        "named/names.py:Named",
        "named/names.py:Returns",
    ],
)
def test_a_file_loads_again_for_all_names_of_files_and_classes(request_for, events, follows, source, mode):
    captured(request_for(source, X, mode=mode), events)
    follows()


@pytest.mark.parametrize(
    ("name", "kwargs", "named"),
    [
        ("Branches", {}, "the submodule 'heads.class'"),
        ("Branches", {"key": "für"}, "the submodule 'heads.für'"),
        ("Branches", {"key": "None"}, "the submodule 'heads.None'"),
        ("Branches", {"key": 'a"b'}, "the submodule 'heads.a\"b'"),
        ("Attribute", {}, "the buffer 'größe'"),
        ("Attribute", {"name": "is"}, "the buffer 'is'"),
        ("Argument", {}, "the parameter of forward 'größe'"),
        ("Field", {}, "the field of a named tuple 'Sized.größe'"),
    ],
)
def test_a_name_that_cannot_be_read_back_is_refused_by_name(request_for, events, name, kwargs, named):
    request = request_for(f"named/names.py:{name}", X, source={"kwargs_json": json.dumps(kwargs)})
    with pytest.raises(CaptureError) as error:
        captured(request, events)
    assert f"with {named} cannot be loaded again" in error.value.message
    assert error.value.hint.startswith("rename ")


@pytest.mark.parametrize("key", ["0", "a-b", "a b", "print", "size", "self", "match", "lambda"])
def test_other_names_are_kept(request_for, events, follows, key):
    request = request_for("named/names.py:Branches", X, source={"kwargs_json": json.dumps({"key": key})})
    captured(request, events)
    assert any(name.endswith(f"heads.{key}") for name, _ in follows().named_modules())
