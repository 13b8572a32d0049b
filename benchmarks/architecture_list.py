"""The architectures of architectures.py, with their inputs. B is the batch, T a length.

Sizes and transformers' configurations are as small as possible: the question is whether the structure can be
captured, not how long that takes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Architecture:
    source: str
    inputs: list[str]
    kwargs: dict[str, object] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.source.replace(":", "-")

    def arguments(self) -> list[str]:
        flags = [word for spec in self.inputs for word in ("--input", spec)]
        return [self.source, *flags, *(["--kwargs", json.dumps(self.kwargs)] if self.kwargs else [])]


def _images(zoo: str, size: int, names: str) -> list[Architecture]:
    return [Architecture(f"{zoo}:{name}", [f"Bx3x{size}x{size}"]) for name in names.split()]


def _videos(frames: int, size: int, names: str) -> list[Architecture]:
    return [Architecture(f"torchvision:{name}", [f"Bx3x{frames}x{size}x{size}"]) for name in names.split()]


def _detectors(kwargs: dict[str, object], names: str) -> list[Architecture]:
    return [Architecture(f"torchvision:{name}", ["Bx3x64x64"], kwargs) for name in names.split()]


TORCHVISION = [
    *_images(
        "torchvision",
        64,
        """resnet18 resnet50 resnext50_32x4d wide_resnet50_2 densenet121 squeezenet1_1 mobilenet_v2
        mobilenet_v3_large mnasnet1_0 shufflenet_v2_x1_0 efficientnet_b0 efficientnet_v2_s regnet_x_400mf
        regnet_y_400mf convnext_tiny fcn_resnet50 deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large
        quantized_mobilenet_v2 fasterrcnn_mobilenet_v3_large_320_fpn ssdlite320_mobilenet_v3_large""",
    ),
    *_images("torchvision", 96, "alexnet googlenet"),
    *_images("torchvision", 299, "inception_v3"),
    *_images("torchvision", 224, "vgg11_bn vit_b_16 swin_t swin_v2_t maxvit_t"),
    *_videos(8, 64, "r3d_18 mc3_18 r2plus1d_18 swin3d_t"),
    *_videos(16, 224, "s3d"),
    *_detectors(
        {"min_size": 96, "max_size": 128},
        """retinanet_resnet50_fpn fcos_resnet50_fpn fasterrcnn_resnet50_fpn maskrcnn_resnet50_fpn
        keypointrcnn_resnet50_fpn""",
    ),
    *_detectors({}, "ssd300_vgg16"),
    Architecture("torchvision:raft_small", ["Bx3x128x128", "Bx3x128x128"], {}),
]

TIMM = [
    *_images(
        "timm",
        96,
        """convnext_atto convnextv2_atto resnetv2_50 resnest14d seresnet50 skresnet18 nfnet_l0
        mobilenetv4_conv_small mobilenetv3_small_050 ghostnetv2_100 hardcorenas_a tf_efficientnet_b0 mixnet_s
        rexnet_100 hrnet_w18_small dla34 dpn68 cspdarknet53 ese_vovnet19b_dw repvgg_a0 fastvit_t8 mobileone_s0
        edgenext_xx_small mobilevit_xxs mobilevitv2_050 pvt_v2_b0 poolformer_s12 caformer_s18
        focalnet_tiny_srf davit_tiny inception_next_tiny nextvit_small mambaout_femto lcnet_050 regnety_002
        xception41 efficientvit_b0 repvit_m0_9 starnet_s1""",
    ),
    *_images(
        "timm",
        224,
        """levit_128s efficientformer_l1 efficientformerv2_s0 tiny_vit_5m_224 vit_tiny_patch16_224
        deit_tiny_patch16_224 cait_xxs24_224 eva02_tiny_patch14_224 swin_tiny_patch4_window7_224
        coatnet_nano_rw_224 mixer_s16_224 gmlp_s16_224 resmlp_12_224 twins_svt_small visformer_tiny
        xcit_nano_12_p16_224 convit_tiny nest_tiny hiera_tiny_224 sequencer2d_s pit_ti_224 coat_tiny
        efficientvit_m0 gcvit_xxtiny mvitv2_tiny flexivit_small""",
    ),
    *_images("timm", 240, "crossvit_9_240"),
    *_images("timm", 256, "swinv2_tiny_window8_256 maxvit_nano_rw_256"),
]

_IDS = "BxT:int64@0..99"
_MASK = "attention_mask:BxT:int64@1..1"
_PIXELS = "Bx3x32x32"
_SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
_DECODER = {**_SMALL, "vocab_size": 100, "num_key_value_heads": 2}
_VISION = {**_SMALL, "image_size": 32, "patch_size": 8}
_DINO = {key: value for key, value in _VISION.items() if key != "intermediate_size"}
_BART = {
    "d_model": 64,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128,
}
_T5 = {"d_model": 64, "d_ff": 128, "d_kv": 16, "num_layers": 2, "num_heads": 4}
_SPEECH = {
    **_SMALL,
    "conv_dim": [32, 32],
    "conv_kernel": [10, 3],
    "conv_stride": [5, 2],
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
_GPT = {"n_embd": 64, "n_layer": 2, "n_head": 4}


def _text(kwargs: dict[str, object], names: str, inputs: list[str] | None = None) -> list[Architecture]:
    return [Architecture(f"transformers:{name}", inputs or [_IDS], kwargs) for name in names.split()]


TRANSFORMERS = [
    *_text(_SMALL, "BertModel", [_IDS, _MASK]),
    *_text(_SMALL, "BertForSequenceClassification BertForMaskedLM RobertaModel XLMRobertaModel MPNetModel"),
    *_text({**_SMALL, "embedding_size": 32}, "AlbertModel ElectraModel"),
    *_text(_SMALL, "DebertaModel DebertaV2Model LayoutLMModel"),
    *_text({"dim": 64, "n_layers": 2, "n_heads": 4, "hidden_dim": 128}, "DistilBertModel"),
    *_text({**_SMALL, "vocab_size": 100, "pad_token_id": 0}, "ModernBertModel"),
    *_text(_GPT, "GPT2Model GPT2LMHeadModel", [_IDS, _MASK]),
    *_text(
        {"hidden_size": 64, "num_layers": 2, "num_heads": 4, "attention_types": [[["global", "local"], 1]]},
        "GPTNeoModel",
    ),
    *_text({**_SMALL, "vocab_size": 100}, "GPTNeoXModel"),
    *_text(
        {
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "ffn_dim": 128,
            "vocab_size": 100,
            "word_embed_proj_dim": 64,
        },
        "OPTModel",
    ),
    *_text({**_DECODER, "pad_token_id": 0}, "LlamaModel LlamaForCausalLM MistralModel Qwen2Model PhiModel"),
    *_text({**_DECODER, "head_dim": 16, "pad_token_id": 0}, "GemmaModel Qwen3Model"),
    *_text({"hidden_size": 64, "n_layer": 2, "n_head": 4, "vocab_size": 100}, "BloomModel"),
    *_text({"hidden_size": 64, "num_hidden_layers": 2, "vocab_size": 100, "state_size": 8}, "MambaModel"),
    *_text(_T5, "T5EncoderModel"),
    *_text(_T5, "T5Model", [_IDS, "decoder_input_ids:BxT:int64@0..99"]),
    *_text(_BART, "BartModel", [_IDS, "decoder_input_ids:BxT:int64@0..99"]),
    *_text({**_SMALL, "vocab_size": 100}, "CLIPTextModel SiglipTextModel"),
    *_text(_VISION, "CLIPVisionModel SiglipVisionModel ViTModel DeiTModel BeitModel", [_PIXELS]),
    *_text({**_DINO, "mlp_ratio": 2}, "Dinov2Model", [_PIXELS]),
    *_text(
        {
            "embed_dim": 16,
            "depths": [1, 1],
            "num_heads": [2, 2],
            "image_size": 32,
            "window_size": 4,
            "patch_size": 2,
        },
        "SwinModel",
        [_PIXELS],
    ),
    *_text(
        {"hidden_sizes": [16, 32, 64, 64], "depths": [1, 1, 1, 1], "num_stages": 4},
        "ConvNextModel",
        [_PIXELS],
    ),
    *_text({}, "ResNetModel", [_PIXELS]),
    *_text({"hidden_sizes": [16, 32, 64, 64], "depths": [1, 1, 1, 1]}, "SegformerModel", ["Bx3x64x64"]),
    *_text(
        {**_BART, "max_source_positions": 50, "vocab_size": 100, "pad_token_id": 0},
        "WhisperModel",
        ["Bx80x100", "decoder_input_ids:BxT:int64@0..99"],
    ),
    *_text({**_BART, "max_source_positions": 50}, "WhisperForAudioClassification", ["Bx80x100"]),
    *_text(_SPEECH, "Wav2Vec2Model HubertModel", ["Bx1600"]),
]

ARCHITECTURES = [*TORCHVISION, *TIMM, *TRANSFORMERS]
