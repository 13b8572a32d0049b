"""The models of benchmarks/speed.py, with random weights. Some need torchvision."""

from __future__ import annotations

import torch
from torch import nn


def mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    ).eval()


def small_cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 64, 10),
    ).eval()


def transformer_encoder() -> nn.Module:
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(256, 4, 1024, batch_first=True), 4).eval()


def resnet18() -> nn.Module:
    return _vision("resnet18")


def resnet50() -> nn.Module:
    return _vision("resnet50")


def mobilenet_v3_large() -> nn.Module:
    return _vision("mobilenet_v3_large")


def efficientnet_b0() -> nn.Module:
    return _vision("efficientnet_b0")


def convnext_tiny() -> nn.Module:
    return _vision("convnext_tiny")


def vit_b_16() -> nn.Module:
    model = _vision("vit_b_16")
    nn.init.normal_(model.heads.head.weight, std=0.02)  # torchvision sets it to 0
    return model


def bert_base() -> nn.Module:
    return _Bert().eval()


def lstm() -> nn.Module:
    return _Lstm().eval()


def unet() -> nn.Module:
    return _Unet().eval()


def image_decoder() -> nn.Module:
    """From a vector to an image of 64 pixels, as in a generative network."""
    widths = (256, 128, 64, 32)
    layers: list[nn.Module] = [nn.Linear(128, 256 * 16), nn.Unflatten(1, (256, 4, 4))]
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1), nn.BatchNorm2d(outputs), nn.ReLU()]
    layers += [nn.ConvTranspose2d(32, 3, 4, 2, 1), nn.Tanh()]
    return nn.Sequential(*layers).eval()


def _vision(name: str) -> nn.Module:
    """A model of torchvision. Batches set the batch norms' statistics: without them, outputs vanish."""
    import torchvision

    model = getattr(torchvision.models, name)()
    has_norms = any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    with torch.no_grad():
        for _ in range(20 if has_norms else 0):
            model.train()(torch.randn(4, 3, 96, 96))
    return model.eval()


class _BertLayer(nn.Module):
    def __init__(self, size: int = 768, heads: int = 12) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.attention_output = nn.Linear(size, size)
        self.attention_norm = nn.LayerNorm(size, eps=1e-12)
        self.up = nn.Linear(size, 4 * size)
        self.down = nn.Linear(4 * size, size)
        self.norm = nn.LayerNorm(size, eps=1e-12)

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, size = x.shape
        return x.view(batch, length, self.heads, size // self.heads).transpose(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        attended = nn.functional.scaled_dot_product_attention(
            self._split(self.query(x)), self._split(self.key(x)), self._split(self.value(x))
        )
        joined = attended.transpose(1, 2).reshape(x.shape)
        x = self.attention_norm(x + self.attention_output(joined))
        return self.norm(x + self.down(nn.functional.gelu(self.up(x))))


class _Bert(nn.Module):
    """BERT-base without its pooler."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, 768)
        self.positions = nn.Embedding(512, 768)
        self.norm = nn.LayerNorm(768, eps=1e-12)
        self.layers = nn.Sequential(*(_BertLayer() for _ in range(12)))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.layers(self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]]))


def _double_conv(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class _Unet(nn.Module):
    """Three levels, with 16 to 128 channels."""

    def __init__(self) -> None:
        super().__init__()
        widths = (16, 32, 64, 128)
        self.down = nn.ModuleList(map(_double_conv, (3, *widths[:-1]), widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, 2) for width in widths[:-1])
        self.join = nn.ModuleList(_double_conv(2 * width, width) for width in widths[:-1])
        self.out = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        passed = []
        for layer in self.down:
            x = layer(nn.functional.max_pool2d(x, 2) if passed else x)
            passed.append(x)
        for i in (2, 1, 0):
            x = self.join[i](torch.cat([self.up[i](x), passed[i]], 1))
        return self.out(x)


class _Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(256, 256, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lstm(x)[0]
