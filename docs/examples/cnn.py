"""A small convolutional network for images of one channel and 28 x 28 pixels."""

import torch
from torch import nn


def conv_block(channels_in: int, channels_out: int) -> nn.Sequential:
    """Convolution, batch norm, ReLU, and a pooling that halves both sides."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )


class SimpleCNN(nn.Module):
    """Two convolution blocks and two linear layers with dropout between them.

    Freezing removes the dropout, optimizing folds each batch norm into its convolution. Convert it with::

        tsctl convert docs/examples/cnn.py:SimpleCNN --input Bx1x28x28 --dim B=1,8,32 -o cnn.pt
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(conv_block(1, 32), conv_block(32, 64))
        self.hidden = nn.Linear(64 * 7 * 7, 128)
        self.dropout = nn.Dropout(0.5)
        self.scores = nn.Linear(128, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.flatten(self.features(x), start_dim=1)
        return self.scores(self.dropout(torch.relu(self.hidden(x))))
