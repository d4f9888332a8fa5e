"""table.py FILE: the JSON lines of run.sh as one table. Ratios are ours by the faster of PyTorch's memory formats, and ours by ONNX Runtime.
Memory is the peak of the whole process, and then what a step adds to what was resident before the network was made."""

import json
import sys


def added(row):
    return row["peak_bytes"] - row["peak_before_bytes"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    groups = {}
    with open(sys.argv[1]) as lines:
        for row in map(json.loads, lines):
            key = (row["network"], row["batch"], row["size"], row["threads"])
            groups.setdefault(key, {})[row["side"]] = row
    print("| network | threads | PyTorch step, ms (contiguous / channels_last) | ours, ms | ratio | recomputing, ms "
          "| PyTorch peak, MB | ours, MB (recomputing) | ratio | PyTorch added, MB | ours, MB (recomputing) | ratio | ONNX Runtime, ms | ours, ms | ratio |")
    print("| --- | " + " | ".join(["---:"] * 14) + " |")
    for (network, batch, size, threads), sides in groups.items():
        peers = [sides["pytorch contiguous"], sides["pytorch channels_last"]]
        best = min(peers, key=lambda row: row["step_ms"])
        ours, again, inference = sides["semblance"], sides["semblance, recomputing"], sides["inference"]
        print(f"| {network} {batch}x{size}² | {threads} | {peers[0]['step_ms']:.0f} / {peers[1]['step_ms']:.0f} | {ours['step_ms']:.0f} "
              f"| **{ours['step_ms'] / best['step_ms']:.2f}** | {again['step_ms']:.0f} "
              f"| {best['peak_bytes'] / 1e6:.0f} | {ours['peak_bytes'] / 1e6:.0f} ({again['peak_bytes'] / 1e6:.0f}) "
              f"| **{ours['peak_bytes'] / best['peak_bytes']:.2f}** "
              f"| {added(best) / 1e6:.0f} | {added(ours) / 1e6:.0f} ({added(again) / 1e6:.0f}) | **{added(ours) / added(best):.2f}** "
              f"| {inference['onnx_runtime_ms']:.1f} | {inference['semblance_ms']:.1f} | **{inference['ratio']:.2f}** |")


if __name__ == "__main__":
    main()
