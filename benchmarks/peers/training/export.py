#!/usr/bin/python3
"""Exports torchvision networks as ONNX files for the benchmark verb onnx-import.

    export.py FOLDER [NAME ...]

Each network is written twice: NAME.onnx as PyTorch exports for inference (constants folded, batch norms merged into the
convolutions), and NAME-train.onnx with everything kept (training=PRESERVE, nothing folded), whose tensors bear the names of the
state. Running statistics are drawn at random first, so that a normalisation that is left out or taken twice shows.
"""
import sys
import warnings
from pathlib import Path

import torch
import torchvision
from torch.onnx import TrainingMode

SIZES = {"inception_v3": 299, "vgg11": 224, "vgg16_bn": 224}
NAMES = [
    "mobilenet_v2", "resnet18", "resnet50", "resnext50_32x4d", "densenet121", "vgg11", "inception_v3", "googlenet",
    "squeezenet1_1", "shufflenet_v2_x0_5", "mobilenet_v3_small", "efficientnet_b0", "mnasnet0_5", "regnet_y_400mf", "convnext_tiny",
]


def build(name):
    torch.manual_seed(3)
    options = {"aux_logits": False, "init_weights": False} if name in ("inception_v3", "googlenet") else {}
    network = getattr(torchvision.models, name)(**options)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.8, 1.2)
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


def main(folder, names):
    warnings.filterwarnings("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        network = build(name)
        size = SIZES.get(name, 96)
        picture = torch.zeros(1, 3, size, size)
        forms = {"": (TrainingMode.EVAL, True), "-train": (TrainingMode.PRESERVE, False)}
        for suffix, (training, folding) in forms.items():
            torch.onnx.export(
                network, picture, str(folder / f"{name}{suffix}.onnx"), opset_version=13, training=training, do_constant_folding=folding,
                input_names=["input"], output_names=["logits"], dynamic_axes={"input": {0: "n"}, "logits": {0: "n"}})
        print(name, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:] or NAMES)
