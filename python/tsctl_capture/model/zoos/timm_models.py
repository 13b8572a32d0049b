"""timm's models by name."""

from __future__ import annotations

from typing import Any

from .common import Built, called, no_such_model, random_weights_note, refuse_downloads

# Otherwise some activations are autograd functions of timm's own, for which a file has no operator. timm's
# other switch, exportable, chooses the same activations but also rewrites what Core ML cannot take.
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
        notes.append("timm built it with scriptable=True: its activations are operators that a file can hold")
    return Built(module, notes)
