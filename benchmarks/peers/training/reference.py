"""reference.py FOLDER [NAME…]: what PyTorch computes with the networks of networks.py, for `torch-compare` to compare with.

For each network a folder FOLDER/NAME with two files:
  index.json   {"architecture", "batch", "size", "channels", "classes", "options": {…}, "tensors": [{"role", "name", "shape", "offset"}]}
  tensors.bin  the tensors' numbers one after another, little-endian float32; an offset counts numbers. Pictures are [n, c, h, w], kernels
               [out, in, h, w], linear weights [out, in], as PyTorch has them.
Roles: "state" (parameters and running statistics before the step), "input", "output_gradient", and results: "inference" (output with
the running statistics), "output", "gradient" (of a parameter), "input_gradient", "buffer" (running statistics after the step), each
computed in single precision; and the same in double, rounded afterwards, with "exact_" before the role.
"""

import json
import os
import sys

import torch

import networks


class TensorFile:
    def __init__(self, folder):
        self.file = open(os.path.join(folder, "tensors.bin"), "wb")
        self.index, self.offset = [], 0

    def add(self, role, name, tensor):
        values = tensor.detach().to(torch.float32).contiguous().numpy()
        self.file.write(values.astype("<f4").tobytes())
        self.index.append({"role": role, "name": name, "shape": list(values.shape), "offset": self.offset})
        self.offset += values.size


def randomize(model, generator):
    """Fresh norms all have scale 1 and shift 0, which would hide a swap."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            with torch.no_grad():
                module.weight.copy_(1 + 0.2 * torch.randn(module.weight.shape, generator=generator))
                module.bias.copy_(0.2 * torch.randn(module.bias.shape, generator=generator))
                module.running_mean.copy_(0.1 * torch.randn(module.bias.shape, generator=generator))
                module.running_var.copy_(0.5 + torch.rand(module.bias.shape, generator=generator))


def is_statistic(name):
    return name.endswith("running_mean") or name.endswith("running_var")


def run(model, pictures, gradient, prefix, file):
    model.eval()
    with torch.no_grad():
        file.add(prefix + "inference", "logits", model(pictures))
    model.train()
    pictures = pictures.clone()
    if pictures.is_floating_point():
        pictures.requires_grad_()
    output = model(pictures)
    output.backward(gradient)
    file.add(prefix + "output", "logits", output)
    for name, parameter in model.named_parameters():
        file.add(prefix + "gradient", name, parameter.grad)
    if pictures.is_floating_point():
        file.add(prefix + "input_gradient", "input", pictures.grad)
    for name, tensor in model.named_buffers():
        if is_statistic(name):
            file.add(prefix + "buffer", name, tensor)


def write(case, folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model = case.build(case.classes)
    randomize(model, generator)
    pictures = case.input(generator)
    gradient = torch.randn(case.batch, case.classes, generator=generator)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    file = TensorFile(folder)
    for name, tensor in state.items():
        if not name.endswith("num_batches_tracked"):
            file.add("state", name, tensor)
    file.add("input", "input", pictures)
    file.add("output_gradient", "logits", gradient)
    run(model, pictures, gradient, "", file)
    model.load_state_dict(state)
    model.zero_grad()
    model.double()
    run(model, pictures.double() if pictures.is_floating_point() else pictures, gradient.double(), "exact_", file)
    file.file.close()
    with open(os.path.join(folder, "index.json"), "w") as index:
        json.dump({"architecture": case.architecture, "batch": case.batch, "size": case.size, "channels": case.channels,
                   "classes": case.classes, "options": case.options, "tensors": file.index}, index)
    print(f"{case.name}: {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    wanted = sys.argv[2:]
    for case in networks.COMPARED:
        if not wanted or case.name in wanted:
            write(case, os.path.join(sys.argv[1], case.name))


if __name__ == "__main__":
    main()
