"""torchvision's models by name: classification, segmentation, detection, video, optical flow, quantized."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn

from .common import Built, called, no_such_model, random_weights_note, refuse_downloads

_DOWNLOADS = ("weights", "weights_backbone", "pretrained", "pretrained_backbone")
_DETECTOR = (
    "the detector is wrapped: forward takes one BxCxHxW tensor instead of a list of images, "
    "and returns the detections without the empty losses that a script would return too"
)


def build(torchvision: Any, name: str, kwargs: dict[str, Any], weights: str) -> Built:
    models = torchvision.models
    known = models.list_models()
    if name not in known:
        raise no_such_model("torchvision", name, known)
    refuse_downloads("torchvision", name, kwargs, _DOWNLOADS)
    parameters = inspect.signature(models.get_model_builder(name)).parameters
    # A detector downloads its backbone even without weights of its own.
    arguments = {**kwargs, **{key: None for key in ("weights", "weights_backbone") if key in parameters}}
    module = called(f"torchvision:{name}", lambda: models.get_model(name, **arguments))
    notes = random_weights_note(weights)
    if _is_detector(module):
        return Built(Detector(module), [*notes, _DETECTOR], inner=module)
    if any("aux" in part for part, _ in module.named_children()):
        notes.append(_auxiliary(name))
    return Built(module, notes)


def _auxiliary(name: str) -> str:
    if name.removeprefix("quantized_").startswith(("googlenet", "inception")):
        return "its auxiliary classifiers run only in training: freezing removes them"
    return "its auxiliary classifier is part of the outputs"


def _is_detector(module: nn.Module) -> bool:
    return type(module).__module__.startswith("torchvision.models.detection.")


class Detector(nn.Module):
    """A detector that takes a batch of images of one size as one tensor."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> list[dict[str, torch.Tensor]]:
        found = self.model(list(images.unbind(0)))
        if torch.jit.is_scripting():
            return found[1]
        return found
