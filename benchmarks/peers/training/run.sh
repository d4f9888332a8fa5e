#!/bin/sh
# run.sh [OUTPUT]   (STEPS=20 run.sh … measures 20 steps instead of 10)
#
# Training steps and inference of six networks, here and in PyTorch (both memory formats) and ONNX Runtime, with one thread and with
# two, each in a process of its own and one after another: some ten minutes on a quiet machine. Prints one table with ratios, ours by the
# peer's; the JSON lines behind it stay in OUTPUT (a new temporary file). First ../install.sh and
#   dotnet build -c Release benchmarks/Semblance.Benchmarks
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ours=$here/../../../artifacts/bin/Semblance.Benchmarks/release/Semblance.Benchmarks
python=/usr/bin/python3
output=${1:-$(mktemp)}
steps=${STEPS:-10}
[ -x "$ours" ] || { echo "run.sh: $ours is missing; build it first." >&2; exit 2; }
: > "$output"

"$python" "$here/step.py" --config
"$python" "$here/step.py" --list | while read -r name batch size classes; do
    for threads in 1 2; do
        # By default the C library gives large tensors' memory back after each step and PyTorch waits for fresh pages in the next; told
        # to keep it, PyTorch is up to twice as fast and takes more. The table takes the better figure of either.
        for side in contiguous channels_last; do
            "$python" "$here/step.py" "$name" "$batch" "$size" "$threads" "$side" "$steps" >> "$output"
            MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=16000000000 \
                "$python" "$here/step.py" "$name" "$batch" "$size" "$threads" "$side" "$steps" >> "$output"
        done
        set -- --network "$name" --batch "$batch" --size "$size" --classes "$classes" --threads "$threads" --json
        "$ours" training-step "$@" --steps "$steps" >> "$output"
        "$ours" training-step "$@" --steps "$steps" --recompute cheap >> "$output"
        "$ours" inference "$@" --passes "$steps" >> "$output"
        echo "$name ${batch}x$size, $threads thread(s): done" >&2
    done
done
"$python" "$here/table.py" "$output"
