"""The networks and shapes that both sides build: torchvision's where it has them, written out here where it has not.

Module names are those that Semblance's layers bear. Dropout is off everywhere: its random numbers differ between the sides.
"""

import functools

import torch
import torchvision
from torch import nn


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, reduced):
        super().__init__()
        self.reduce = nn.Linear(channels, reduced)
        self.expand = nn.Linear(reduced, channels)

    def forward(self, x):
        weights = torch.sigmoid(self.expand(torch.relu(self.reduce(x.mean((2, 3))))))
        return x * weights[:, :, None, None]


class SqueezedBottleneck(torchvision.models.resnet.Bottleneck):
    """Squeeze-and-excitation between the last norm and the addition (Hu et al., 2018, figure 3)."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        channels = self.bn3.num_features
        self.se = SqueezeExcitation(channels, channels // 16)

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.se(self.bn3(self.conv3(y)))
        return self.relu(y + shortcut)


def se_resnext50(classes):
    return torchvision.models.ResNet(SqueezedBottleneck, [3, 4, 6, 3], num_classes=classes, groups=32, width_per_group=4)


class SmallResNet(nn.Module):
    """ResNet-20 of He et al., 2016, section 4.2, with 1x1 convolutions where the size changes."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        block = torchvision.models.resnet.BasicBlock
        channels = 16
        for stage in range(3):
            width, blocks = 16 << stage, []
            for index in range(3):
                stride = 2 if stage > 0 and index == 0 else 1
                downsample = None
                if stride > 1:
                    downsample = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))
                blocks.append(block(channels, width, stride, downsample))
                channels = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


class SmallCnn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        channels = 3
        for stage in range(3):
            pairs = []
            for _ in range(2):
                width = 32 << stage
                pair = nn.Sequential()
                pair.add_module("conv", nn.Conv2d(channels, width, 3, padding=1, bias=False))
                pair.add_module("bn", nn.BatchNorm2d(width))
                pair.add_module("relu", nn.ReLU(inplace=True))
                pairs.append(pair)
                channels = width
            setattr(self, f"stage{stage + 1}", nn.Sequential(*pairs))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.stage1(x), 2)
        x = self.stage3(nn.functional.max_pool2d(self.stage2(x), 2))
        return self.fc(x.mean((2, 3)))


class Mlp(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(inputs, 256), nn.Linear(256, 128)])
        self.fc = nn.Linear(128, classes)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.fc(x)


class TextNetwork(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.tokens = nn.Embedding(10_000, 128)
        self.hidden = nn.ModuleList([nn.Linear(128, 256), nn.Linear(256, 128)])
        self.fc = nn.Linear(128, classes)

    def forward(self, x):
        x = self.tokens(x).mean(1)
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.fc(x)


def vgg16(classes, size, norm):
    """Without the adaptive pooling, which does nothing at 224 pixels and would hide the map's size at others."""
    model = (torchvision.models.vgg16_bn if norm else torchvision.models.vgg16)(num_classes=classes, init_weights=True, dropout=0)
    model.avgpool = nn.Identity()
    model.classifier[0] = nn.Linear(512 * (size // 32) ** 2, 4096)
    return model


def inception(classes):
    return torchvision.models.inception_v3(num_classes=classes, aux_logits=False, init_weights=False, dropout=0)


def mobilenet(width, classes):
    return torchvision.models.mobilenet_v2(num_classes=classes, width_mult=width, dropout=0)


class Case:
    """One network at one shape. `options` are what Semblance's architecture of that name is built with."""

    def __init__(self, name, architecture, build, batch, size, classes, channels=3, **options):
        self.name, self.architecture, self.build = name, architecture, build
        self.batch, self.size, self.classes, self.channels = batch, size, classes, channels
        self.options = options

    def input(self, generator):
        if self.architecture == "text":
            return torch.randint(10_000, (self.batch, self.size), generator=generator)
        return torch.randn(self.batch, self.channels, self.size, self.size, generator=generator)


models = torchvision.models

# Compared number by number. As small as keeps all parts at work: see `sample` in reference.py.
COMPARED = [
    Case("mobilenet-v2-1.0", "mobilenet-v2", functools.partial(mobilenet, 1.0), 8, 64, 100),
    Case("mobilenet-v2-1.4", "mobilenet-v2", functools.partial(mobilenet, 1.4), 8, 64, 100, width_multiplier=1.4),
    Case("resnet-18", "resnet-18", lambda classes: models.resnet18(num_classes=classes), 8, 64, 100),
    Case("resnet-50", "resnet-50", lambda classes: models.resnet50(num_classes=classes), 8, 64, 100),
    Case("resnext-50", "resnext-50", lambda classes: models.resnext50_32x4d(num_classes=classes), 8, 64, 100),
    Case("se-resnext-50", "se-resnext-50", se_resnext50, 8, 64, 100),
    Case("densenet-121", "densenet-121", lambda classes: models.densenet121(num_classes=classes), 8, 64, 100),
    Case("vgg-16", "vgg-16", lambda classes: vgg16(classes, 32, False), 4, 32, 100),
    Case("vgg-16-bn", "vgg-16", lambda classes: vgg16(classes, 32, True), 4, 32, 100, batch_norm=True),
    Case("inception-v3", "inception-v3", inception, 8, 75, 100),
    Case("small-cnn", "small-cnn", SmallCnn, 8, 32, 10),
    Case("small-resnet", "small-resnet", SmallResNet, 8, 32, 10),
    Case("mlp", "mlp", lambda classes: Mlp(28 * 28, classes), 8, 28, 10, channels=1),
    Case("text", "text", TextNetwork, 8, 32, 10),
]

# Timed.
TIMED = [
    Case("mobilenet-v2", "mobilenet-v2", functools.partial(mobilenet, 1.0), 16, 128, 1000),
    Case("mobilenet-v2", "mobilenet-v2", functools.partial(mobilenet, 1.0), 32, 96, 1000),
    Case("resnet-18", "resnet-18", lambda classes: models.resnet18(num_classes=classes), 16, 128, 1000),
    Case("resnet-50", "resnet-50", lambda classes: models.resnet50(num_classes=classes), 8, 128, 1000),
    Case("densenet-121", "densenet-121", lambda classes: models.densenet121(num_classes=classes), 8, 128, 1000),
    Case("small-resnet", "small-resnet", SmallResNet, 128, 32, 10),
]
