"""table.py FILE: the JSON lines of run.sh as one table. Ratios are ours by the best of PyTorch's runs (both memory formats, memory kept between
steps and given back), for time and for memory each, and ours by ONNX Runtime. Memory is the peak of the whole process, and then what the
network and its steps add to what was resident before."""

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
    print("| network | threads | PyTorch step, ms (giving memory back) | ours, ms | ratio | recomputing, ms "
          "| PyTorch peak, MB | ours, MB (recomputing) | ratio | PyTorch added, MB | ours, MB (recomputing) | ratio | ONNX Runtime, ms | ours, ms | ratio |")
    print("| --- | " + " | ".join(["---:"] * 14) + " |")
    for (network, batch, size, threads), sides in groups.items():
        peers = [row for side, row in sides.items() if side.startswith("pytorch")]
        fastest = min(peers, key=lambda row: row["step_ms"])
        default = min((row for row in peers if not row["side"].endswith("kept")), key=lambda row: row["step_ms"])
        smallest = min(peers, key=lambda row: row["peak_bytes"])
        least = min(map(added, peers))
        ours, again, inference = sides["semblance"], sides["semblance, recomputing"], sides["inference"]
        print(f"| {network} {batch}x{size}² | {threads} | {fastest['step_ms']:.0f} ({default['step_ms']:.0f}) | {ours['step_ms']:.0f} "
              f"| **{ours['step_ms'] / fastest['step_ms']:.2f}** | {again['step_ms']:.0f} "
              f"| {smallest['peak_bytes'] / 1e6:.0f} | {ours['peak_bytes'] / 1e6:.0f} ({again['peak_bytes'] / 1e6:.0f}) "
              f"| **{ours['peak_bytes'] / smallest['peak_bytes']:.2f}** "
              f"| {least / 1e6:.0f} | {added(ours) / 1e6:.0f} ({added(again) / 1e6:.0f}) | **{added(ours) / least:.2f}** "
              f"| {inference['onnx_runtime_ms']:.1f} | {inference['semblance_ms']:.1f} | **{inference['ratio']:.2f}** |")


if __name__ == "__main__":
    main()
