#!/bin/sh
# run.sh BASE.fbin QUERY.fbin TRUTH.ibin l2|ip|cosine [peer…]   (K=100 run.sh … searches the nearest 100 instead of 10)
#
# Prints one JSON line for each peer and setting: {peer, setting, recall@1, recall@10, recall@100, qps_1, qps_2, p50_us,
# p99_us, build_seconds, build_cpu_seconds, bytes_per_vector, …}, which `semblance lab ann --peers FILE` draws beside ours.
# Peers: hnswlib usearch annoy faiss sklearn; all but sklearn, which needs minutes, when none is named. All build with two
# threads where they can. ../install.sh first; what comes from npm is put in a cache folder here ($PEERS_CACHE).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${PEERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/semblance-peers}
[ $# -ge 4 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
base=$1 query=$2 truth=$3 metric=$4
shift 4
[ $# -gt 0 ] || set -- hnswlib usearch annoy faiss
mkdir -p "$cache"

# npm_package NAME VERSION: unpacks it below the cache without running its scripts.
npm_package() {
    if [ ! -d "$cache/$1-$2" ]; then
        (cd "$cache" && file=$(npm pack --silent "$1@$2") && mkdir "$1-$2.part" && tar -xzf "$file" --strip-components=1 -C "$1-$2.part" && rm "$file" && mv "$1-$2.part" "$1-$2") >&2
    fi
}

# driver NAME FLAGS…: compiles it when it is older than its source.
driver() {
    name=$1
    shift
    if [ ! -x "$cache/$name" ] || [ "$here/$name.cpp" -nt "$cache/$name" ] || [ "$here/measure.h" -nt "$cache/$name" ]; then
        # -w: warnings of the peers' own headers.
        g++ -O3 -march=native -std=c++17 -pthread -w "$here/$name.cpp" "$@" -o "$cache/$name" >&2
    fi
}

for peer in "$@"; do
    case $peer in
    hnswlib)
        npm_package hnswlib-node 3.0.0
        driver hnswlib_driver -I "$cache/hnswlib-node-3.0.0/src/hnswlib" ;;
    usearch)
        npm_package usearch 2.26.2
        package=$cache/usearch-2.26.2
        # Its kernels choose the instruction set as they run. Before GCC 13 the compiler lacks their bf16 type, which
        # float32 vectors do not need.
        flags="-DUSEARCH_USE_NUMKONG=1 -DUSEARCH_USE_OPENMP=0 -DNK_DYNAMIC_DISPATCH=1 -DNK_NATIVE_BF16=0 -I $package/numkong/include"
        if [ ! -f "$package/kernels.a" ]; then
            mkdir -p "$package/objects"
            for source in "$package"/numkong/c/*.c; do
                gcc -O3 -march=native -w $flags -c "$source" -o "$package/objects/$(basename "$source" .c).o" >&2
            done
            ar rcs "$package/kernels.a" "$package"/objects/*.o
        fi
        driver usearch_driver $flags -I "$package/include" "$package/kernels.a" ;;
    annoy)
        driver annoy_driver -I /usr/lib/R/site-library/RcppAnnoy/include ;;
    faiss | sklearn) ;;
    *) echo "run.sh: no peer is called '$peer'; there are hnswlib, usearch, annoy, faiss and sklearn." >&2; exit 2 ;;
    esac
    case $peer in
    faiss | sklearn) /usr/bin/python3 "$here/${peer}_driver.py" "$base" "$query" "$truth" "$metric" "${K:-10}" ;;
    *) "$cache/${peer}_driver" "$base" "$query" "$truth" "$metric" "${K:-10}" ;;
    esac
done
