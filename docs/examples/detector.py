"""A detector: images of any sizes in, the bright spots of each of them out."""

import torch
from torch import nn


class Detector(nn.Module):
    """Takes a list of images, as detection models do, and returns a dict of boxes and scores for each.

    Convert it with::

        tsctl convert docs/examples/detector.py:Detector --input 'images[0]:3xHxW' \\
            --dim H=24,32 --dim W=20,32 -o spots.pt
    """

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU()
        )
        self.score = nn.Conv2d(channels, 1, 1)

    def forward(self, images: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        found: list[dict[str, torch.Tensor]] = []
        for image in images:
            scores = self.score(self.features(image.unsqueeze(0)))[0, 0].sigmoid()
            spots = torch.nonzero(scores > scores.mean() + 2 * scores.std())
            boxes = torch.cat([spots - 1, spots + 1], 1).to(scores.dtype)
            found.append({"boxes": boxes, "scores": scores[spots[:, 0], spots[:, 1]]})
        return found
