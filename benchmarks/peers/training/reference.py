"""reference.py FOLDER [NAME…]: what PyTorch computes with the networks of networks.py, for `torch-compare` to compare with.

For each network a folder FOLDER/NAME with two files:
  index.json   {"architecture", "batch", "size", "channels", "classes", "options": {…}, "tensors": [{"role", "name", "shape", "offset"}]}
  tensors.bin  the tensors' numbers one after another, little-endian float32; an offset counts numbers. Pictures are [n, c, h, w], kernels
               [out, in, h, w], linear weights [out, in], as PyTorch has them.
Roles: "state" (parameters and running statistics before the step), "input", "output_gradient", and results: "inference" (output with
the running statistics), "output", "gradient" (of a parameter), "input_gradient", "buffer" (running statistics after the step), each
computed in single precision; and the same in double, rounded afterwards, with "exact_" before the role.
"""

import copy
import json
import os
import sys

import torch
from torchvision import models

import networks

SEEDS = 8
AGREEMENT = 2e-5


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
    """Norms as after training, and rectifiers that are mostly either open or shut.

    Fresh norms all have scale 1 and shift 0, which would hide a swap, and put most arguments of rectifiers near zero. One that is within
    rounding of zero passes its gradient in one computation and not in the next, and both are right; some always are among millions, and
    show in all gradients before them. Shifts of about three deviations to either side make them a hundred times rarer. A norm at the end of a residual branch is kept small and above zero, so that the sum stays on its side;
    one without a rectifier behind it, as in MobileNet's bottlenecks, needs no shift.
    """
    ends, linear = set(), set()
    for module in model.modules():
        if isinstance(module, (models.resnet.BasicBlock, models.resnet.Bottleneck)):
            ends.add(module.bn3 if hasattr(module, "bn3") else module.bn2)
        elif isinstance(module, models.mobilenetv2.InvertedResidual):
            linear.add(module.conv[-1])
    centres = torch.tensor([-3.0, 3.0, 3.0])
    for module in model.modules():
        if not isinstance(module, torch.nn.BatchNorm2d):
            continue
        size = module.bias.shape
        spread, wobble, centre = 1, 0.2, centres[torch.randint(3, size, generator=generator)]
        if module in ends:
            spread, wobble, centre = 0.15, 0.02, 0.6
        elif module in linear:
            centre = 0
        with torch.no_grad():
            module.weight.copy_(spread * (0.8 + 0.4 * torch.rand(size, generator=generator)))
            module.bias.copy_(centre + wobble * torch.randn(size, generator=generator))
            module.running_mean.copy_(0.1 * torch.randn(size, generator=generator))
            module.running_var.copy_(0.5 + torch.rand(size, generator=generator))


def is_statistic(name):
    return name.endswith("running_mean") or name.endswith("running_var")


def run(model, state, pictures, gradient):
    """{(role, name): tensor}, starting from `state`."""
    model.load_state_dict(state)
    model.zero_grad(set_to_none=True)
    results = {}
    model.eval()
    with torch.no_grad():
        results["inference", "logits"] = model(pictures)
    model.train()
    if pictures.is_floating_point():
        pictures = pictures.clone().requires_grad_()
    output = model(pictures)
    output.backward(gradient)
    results["output", "logits"] = output
    for name, parameter in model.named_parameters():
        results["gradient", name] = parameter.grad
    if pictures.is_floating_point():
        results["input_gradient", "input"] = pictures.grad
    for name, tensor in model.named_buffers():
        if is_statistic(name):
            results["buffer", name] = tensor.clone()
    return {key: tensor.detach() for key, tensor in results.items()}


def difference(results, exact):
    largest = max(float(tensor.abs().max()) for (role, _), tensor in exact.items() if role == "gradient")
    return max(float((tensor.double() - exact[key]).abs().max() / exact[key].abs().max())
               for key, tensor in results.items() if key[0] != "gradient" or exact[key].abs().max() > 1e-8 * largest)


def sample(case, model, precise, state):
    """Input, output gradient and results, for the first seed with which rounding decides nothing.

    A rectifier whose argument is within rounding of zero passes its gradient in one computation and not in another, and both are
    right. With some millions of activations that happens to one or another in most batches, and shows in all gradients before it. The
    seed taken is the first with which PyTorch's two implementations of convolution agree with double precision, or else the best.
    """
    best = None
    for seed in range(1, SEEDS + 1):
        generator = torch.Generator().manual_seed(seed)
        pictures = case.input(generator)
        gradient = torch.randn(case.batch, case.classes, generator=generator)
        exact_input = pictures.double() if pictures.is_floating_point() else pictures
        exact = run(precise, state, exact_input, gradient.double())
        results = run(model, state, pictures, gradient)
        with torch.backends.mkldnn.flags(enabled=False):
            other = run(model, state, pictures, gradient)
        off = max(difference(results, exact), difference(other, exact))
        if best is None or off < best[0]:
            best = off, seed, pictures, gradient, results, exact
        if off < AGREEMENT:
            break
    print(f"{case.name}: {sum(p.numel() for p in model.parameters()):,} parameters, seed {best[1]}, "
          f"PyTorch's single precision is off by {best[0]:.1e}", flush=True)
    return best[2:]


def write(case, folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(1)
    model = case.build(case.classes)
    randomize(model, torch.Generator().manual_seed(2))
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    pictures, gradient, results, exact = sample(case, model, copy.deepcopy(model).double(), state)

    file = TensorFile(folder)
    for name, tensor in state.items():
        if not name.endswith("num_batches_tracked"):
            file.add("state", name, tensor)
    file.add("input", "input", pictures)
    file.add("output_gradient", "logits", gradient)
    for prefix, tensors in (("", results), ("exact_", exact)):
        for (role, name), tensor in tensors.items():
            file.add(prefix + role, name, tensor)
    file.file.close()
    with open(os.path.join(folder, "index.json"), "w") as index:
        json.dump({"architecture": case.architecture, "batch": case.batch, "size": case.size, "channels": case.channels,
                   "classes": case.classes, "options": case.options, "tensors": file.index}, index)


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
