"""A small transformer encoder over token ids."""

import torch
from torch import nn


class TextEncoder(nn.Module):
    """Token and position embeddings, encoder layers, and class scores from the mean over the tokens.

    Batch and length may both vary, the length up to ``max_length``. Convert it with::

        tsctl convert docs/examples/transformer.py:TextEncoder --input ids:BxT:int64@0..999 \\
            --dim B=1,4 --dim T=16,64 -o transformer.pt
    """

    def __init__(
        self,
        vocabulary: int = 1000,
        width: int = 64,
        heads: int = 4,
        layers: int = 2,
        max_length: int = 128,
        classes: int = 5,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(max_length, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, heads, dim_feedforward=4 * width, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.scores = nn.Linear(width, classes)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.tokens(ids) + self.positions[: ids.shape[1]]
        return self.scores(self.encoder(x).mean(dim=1))
