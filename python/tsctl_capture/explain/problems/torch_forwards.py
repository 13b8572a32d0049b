"""What forward of torch's own classes computes, in TorchScript's terms, for classes that inherit from them."""

from __future__ import annotations

import ast

from .user_code import UserFile, dotted

# What forward of these classes of torch does; {0} is its argument.
_FORWARDS = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), "self._conv_forward({0}, self.weight, self.bias)"),
    "Linear": "torch.nn.functional.linear({0}, self.weight, self.bias)",
    "LayerNorm": (
        "torch.nn.functional.layer_norm({0}, self.normalized_shape, self.weight, self.bias, self.eps)"
    ),
    "GroupNorm": "torch.nn.functional.group_norm({0}, self.num_groups, self.weight, self.bias, self.eps)",
    "Embedding": (
        "torch.nn.functional.embedding({0}, self.weight, self.padding_idx, self.max_norm, self.norm_type, "
        "self.scale_grad_by_freq, self.sparse)"
    ),
}


def forward_of_torch(file: UserFile, own: ast.ClassDef | None, call: ast.Call, arguments: str) -> str:
    """The line with what the base class of torch computes; empty if that is not one call."""
    bases = [dotted(base).rsplit(".", 1)[-1] for base in own.bases] if own is not None else []
    known = next((_FORWARDS[base] for base in bases if base in _FORWARDS), "")
    if not known or len(call.args) > 2 or call.keywords or "," in arguments:
        return ""
    return file.replaced(call, known.format(arguments))
