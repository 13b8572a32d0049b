"""transformers' models by class: a configuration's defaults with random weights, or a local folder's."""

from __future__ import annotations

import inspect
import os
import re
import warnings
from typing import Any

import torch

from ...errors import CaptureError, describe
from ...vocabulary import ErrorKind
from ..signature import did_you_mean
from ..weights import refuse_what_does_not_fit
from .common import Built, called, kwargs_do_not_fit, no_such_model, random_weights_note

_MODEL_NAME = re.compile(r"[A-Z]\w*(Model|LMHeadModel|Encoder|Decoder|WithProjection|For[A-Z]\w*)")
_SHOWN = 3

# Inference on one whole input: a cache is a Python object that a file can neither take nor return, and names
# of outputs are kept by returning transformers' own structure.
_SETTINGS = {"use_cache": False, "return_dict": True}


def build(transformers: Any, name: str, kwargs: dict[str, Any], weights: str) -> Built:
    _be_quiet(transformers)
    found = getattr(transformers, name, None)
    folder = weights if os.path.isdir(weights) else ""
    is_auto = name.startswith("Auto") and hasattr(found, "from_pretrained")
    if is_auto and not folder:
        raise CaptureError(
            ErrorKind.USAGE,
            f"'transformers:{name}' chooses a class by what is in a folder of weights",
            "give --weights FOLDER, or name the class itself: transformers:BertModel",
        )
    if not is_auto and not _is_model(transformers, found):
        known = [one for one in dir(transformers) if _MODEL_NAME.fullmatch(one)]
        meant = f"{name.removesuffix('Config')}Model" if name.endswith("Config") else name
        raise no_such_model("transformers", name, known, meant)
    if folder:
        return _from_folder(transformers, found, name, kwargs, folder)
    config, others = _configured(found, name, kwargs)
    module = called(f"transformers:{name}", lambda: found(config, **others))
    precision = getattr(config, "dtype", None)
    if isinstance(precision, torch.dtype):
        module = module.to(precision)  # the constructor alone leaves what --kwargs asks for aside
    return Built(module, [*random_weights_note(weights), *_notes(module, kwargs)])


def _be_quiet(transformers: Any) -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # Of its own calls to its own names, which nobody who captures a model can change.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.")


def _is_model(transformers: Any, found: Any) -> bool:
    return (
        isinstance(found, type)
        and issubclass(found, transformers.PreTrainedModel)
        and getattr(found, "config_class", None) is not None
    )


def _split(model: type, kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys of the configuration, and those that the class itself takes, such as add_pooling_layer."""
    own = set(inspect.signature(model.__init__).parameters) - {"self", "config", "args", "kwargs"}
    others = {key: value for key, value in kwargs.items() if key in own}
    return {key: value for key, value in kwargs.items() if key not in own}, others


def _configured(model: Any, name: str, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The configuration, and what else the class is given. A key that neither knows would be ignored."""
    keys, others = _split(model, kwargs)
    config_class = model.config_class
    known = {*config_class().to_dict(), *getattr(config_class, "attribute_map", {}), "attn_implementation"}
    known |= set(inspect.signature(config_class.__init__).parameters) - {"self", "kwargs"}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise kwargs_do_not_fit(
            f"transformers:{name}",
            f"{config_class.__name__} has no '{unknown[0]}'",
            did_you_mean(unknown[0], sorted(known)),
        )
    try:
        return config_class(**{**_settings(known), **keys}), others
    except Exception as error:
        raise kwargs_do_not_fit(
            f"transformers:{name}",
            f"{config_class.__name__} raises {describe(error)}",
            "its keys are those of config.json",
        ) from error


def _settings(known: set[str]) -> dict[str, Any]:
    return {key: value for key, value in _SETTINGS.items() if key in known}


def _from_folder(transformers: Any, model: Any, name: str, kwargs: dict[str, Any], folder: str) -> Built:
    if not os.path.isfile(os.path.join(folder, "config.json")):
        raise CaptureError(
            ErrorKind.INPUT,
            f"the folder '{folder}' holds no config.json",
            "--weights FOLDER is what save_pretrained wrote; --weights FILE takes one file of weights",
        )
    arguments = {"use_cache": False, **kwargs} if _has_cache(transformers, folder) else kwargs
    try:
        module, found = model.from_pretrained(
            folder,
            local_files_only=True,
            ignore_mismatched_sizes=True,  # they are listed below instead
            output_loading_info=True,
            **arguments,
        )
    except Exception as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'transformers:{name}' cannot be loaded from '{folder}': {describe(error)}",
            "the folder must hold what save_pretrained of that model wrote",
        ) from error
    mismatched = [
        f"{key} (folder {list(have)}, model {list(want)})" for key, have, want in found["mismatched_keys"]
    ]
    missing = sorted(found["missing_keys"])
    hint = ""
    if missing and all(key.startswith("pooler.") for key in missing):
        hint = "--kwargs '{\"add_pooling_layer\": false}' builds the model without its pooler"
    refuse_what_does_not_fit(folder, {"missing": missing, "of another shape": sorted(mismatched)}, hint)
    notes = _notes(module, kwargs)
    unused = sorted(found["unexpected_keys"])
    if unused:
        shown = ", ".join(unused[:_SHOWN]) + (", …" if len(unused) > _SHOWN else "")
        notes.append(f"{type(module).__name__} has no place for {len(unused)} tensors of '{folder}': {shown}")
    return Built(module, notes, has_weights=True)


def _has_cache(transformers: Any, folder: str) -> bool:
    config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
    return hasattr(config, "use_cache")


def _notes(module: torch.nn.Module, kwargs: dict[str, Any]) -> list[str]:
    config: Any = module.config
    notes = []
    precision = next((one.dtype for one in module.parameters() if one.is_floating_point()), torch.float32)
    if precision != torch.float32:
        notes.append(f"its weights are {str(precision).removeprefix('torch.')}, as its configuration says")
    if getattr(config, "use_cache", None) is False and "use_cache" not in kwargs:
        notes.append("use_cache is off: a cache of keys and values is no tensor that a file could return")
    attention = getattr(config, "_attn_implementation", None)
    if attention and "attn_implementation" not in kwargs:
        other = "eager" if attention == "sdpa" else "sdpa"
        notes.append(
            f"its attention is transformers' own choice, {attention}; "
            f'--kwargs \'{{"attn_implementation": "{other}"}}\' asks for another'
        )
    return notes
