"""step.py NAME BATCH SIZE THREADS contiguous|channels_last [STEPS]: PyTorch's time for a training step and for inference.

NAME, BATCH and SIZE are one of networks.TIMED. Prints one JSON line: medians and minima of STEPS (10) steps after three that are not
counted, forward and backward without an optimiser, in milliseconds; a forward pass in inference mode; the process's peak memory, and
what it was before the first step, in bytes. With MALLOC_TRIM_THRESHOLD_ in the environment the line says "memory kept". `step.py --config` prints how PyTorch was built, `step.py --list` the networks with batch,
size and classes.
"""

import json
import os
import resource
import statistics
import sys
import time

import torch
import torchvision

import networks


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def times(work, count):
    for _ in range(3):
        work()
    milliseconds = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return milliseconds


def main():
    if sys.argv[1:] == ["--config"]:
        print("torch", torch.__version__, "torchvision", torchvision.__version__)
        print(torch.__config__.show())
        print(torch.__config__.parallel_info())
        return
    if sys.argv[1:] == ["--list"]:
        for case in networks.TIMED:
            print(case.name, case.batch, case.size, case.classes)
        return
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    name, batch, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    layout = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[sys.argv[5]]
    steps = int(sys.argv[6]) if len(sys.argv) > 6 else 10
    case = next(case for case in networks.TIMED if (case.name, case.batch, case.size) == (name, batch, size))

    torch.set_num_threads(threads)
    # As ours: with the libraries loaded, before there is a network.
    before = peak_bytes()
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model = case.build(case.classes).to(memory_format=layout).train()
    pictures = case.input(generator).contiguous(memory_format=layout)
    gradient = torch.randn(case.batch, case.classes, generator=generator) / case.batch
    forward_times = []

    def step():
        model.zero_grad(set_to_none=True)
        start = time.perf_counter()
        output = model(pictures)
        forward_times.append((time.perf_counter() - start) * 1e3)
        output.backward(gradient)

    step_times = times(step, steps)
    peak = peak_bytes()

    model.eval()
    with torch.inference_mode():
        inference_times = times(lambda: model(pictures), steps)
    print(json.dumps({
        "side": "pytorch " + sys.argv[5] + (", memory kept" if "MALLOC_TRIM_THRESHOLD_" in os.environ else ""), "network": name, "batch": batch, "size": size, "threads": threads, "steps": steps,
        "step_ms": round(statistics.median(step_times), 2), "step_min_ms": round(min(step_times), 2),
        "forward_ms": round(statistics.median(forward_times[-steps:]), 2),
        "inference_ms": round(statistics.median(inference_times), 2), "inference_min_ms": round(min(inference_times), 2),
        "peak_bytes": peak, "peak_before_bytes": before}), flush=True)


if __name__ == "__main__":
    main()
