"""timm's models by name."""

from __future__ import annotations

from typing import Any

from .common import Built, called, no_such_model, random_weights_note, refuse_downloads

# Without it some activations are timm's own autograd functions, for which a file has no operator. timm's
# switch `exportable` chooses the same activations, and also rewrites layers for Core ML.
_SWITCHES = {"scriptable": True}


def build(timm: Any, name: str, kwargs: dict[str, Any], weights: str) -> Built:
    known = timm.list_models()
    if name not in known and not timm.is_model(name):
        raise no_such_model("timm", name, known)
    refuse_downloads("timm", name, kwargs, ["pretrained"])
    arguments = {**_SWITCHES, **kwargs, "pretrained": False}
    module = called(f"timm:{name}", lambda: timm.create_model(name, **arguments))
    notes = random_weights_note(weights)
    if arguments["scriptable"]:
        notes.append("timm built it with scriptable=True, so that its activations are TorchScript operators")
    return Built(module, notes)
