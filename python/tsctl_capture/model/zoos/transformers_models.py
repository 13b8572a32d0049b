"""transformers' models by class, with random weights and the default configuration or from a local folder."""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import torch

from ...errors import CaptureError, describe
from ...vocabulary import ErrorKind
from ..dtypes import dtype_text
from ..signature import did_you_mean
from ..weights import require_fit
from .common import Built, called, kwargs_do_not_fit, no_such_model, random_weights_note

_MODEL_NAME = re.compile(r"[A-Z]\w*(Model|LMHeadModel|Encoder|Decoder|WithProjection|For[A-Z]\w*)")
_SHOWN = 3

# A cache is a Python object, which a file can neither take nor return. return_dict keeps the outputs' names.
_SETTINGS = {"use_cache": False, "return_dict": True}


def build(transformers: Any, name: str, kwargs: dict[str, Any], weights: str) -> Built:
    _be_quiet(transformers)
    found: Any = getattr(transformers, name, None)
    folder = weights if Path(weights).is_dir() else ""
    is_auto = name.startswith("Auto") and hasattr(found, "from_pretrained")
    if is_auto and not folder:
        raise CaptureError(
            ErrorKind.USAGE,
            f"'transformers:{name}' chooses a class by the content of a folder of weights",
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
        module = module.to(precision)  # the constructor ignores the dtype in --kwargs
    return Built(module, [*random_weights_note(weights), *_notes(module, kwargs)])


def _be_quiet(transformers: Any) -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # transformers' own calls raise these warnings; a user of the model cannot change them.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers\.")


def _is_model(transformers: Any, found: Any) -> bool:
    return (
        isinstance(found, type)
        and issubclass(found, transformers.PreTrainedModel)
        and getattr(found, "config_class", None) is not None
    )


def _split(model: Any, kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Splits --kwargs into configuration keys and arguments of the class, such as add_pooling_layer."""
    own = set(inspect.signature(model.__init__).parameters) - {"self", "config", "args", "kwargs"}
    others = {key: value for key, value in kwargs.items() if key in own}
    return {key: value for key, value in kwargs.items() if key not in own}, others


def _configured(model: Any, name: str, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The configuration and the class's other arguments. Raises CaptureError for an unknown key."""
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
            "use the keys of config.json",
        ) from error


def _settings(known: set[str]) -> dict[str, Any]:
    return {key: value for key, value in _SETTINGS.items() if key in known}


def _from_folder(transformers: Any, model: Any, name: str, kwargs: dict[str, Any], folder: str) -> Built:
    if not (Path(folder) / "config.json").is_file():
        raise CaptureError(
            ErrorKind.INPUT,
            f"the folder '{folder}' holds no config.json",
            "--weights FOLDER names a folder that save_pretrained wrote; --weights FILE names one file",
        )
    arguments = {"use_cache": False, **kwargs} if _has_cache(transformers, folder) else kwargs
    try:
        module, found = model.from_pretrained(
            folder,
            local_files_only=True,
            ignore_mismatched_sizes=True,  # _from_folder() reports them itself
            output_loading_info=True,
            **arguments,
        )
    except Exception as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'transformers:{name}' cannot be loaded from '{folder}': {describe(error)}",
            "the folder must be one that save_pretrained of that model wrote",
        ) from error
    mismatched = [
        f"{key} (folder {list(have)}, model {list(want)})" for key, have, want in found["mismatched_keys"]
    ]
    missing = sorted(found["missing_keys"])
    hint = ""
    if missing and all(key.startswith("pooler.") for key in missing):
        hint = "--kwargs '{\"add_pooling_layer\": false}' builds the model without its pooler"
    require_fit(folder, {"missing": missing, "of another shape": sorted(mismatched)}, hint)
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
        notes.append(f"its weights are {dtype_text(precision)}, as its configuration says")
    if getattr(config, "use_cache", None) is False and "use_cache" not in kwargs:
        notes.append("use_cache is off: a file cannot return a cache of keys and values")
    attention = getattr(config, "_attn_implementation", None)
    if attention and "attn_implementation" not in kwargs:
        other = "eager" if attention == "sdpa" else "sdpa"
        notes.append(
            f"transformers chose {attention} for its attention; "
            f'--kwargs \'{{"attn_implementation": "{other}"}}\' chooses another'
        )
    return notes
