"""What the Python drivers share: the task, and the measuring of one search setting. Mirrors measure.h.

A call from Python costs some microseconds. The rates are therefore those of one call with all queries (the peer's own
loop, on one and on two of its threads), where the peer offers that; the latencies are those of single calls.
"""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "vectors"))

import numpy
import vector_files

ROUNDS = 3
LATENCY_QUERIES = 500


class Task:
    def __init__(self, arguments):
        if len(arguments) < 4:
            sys.exit("usage: BASE.fbin QUERY.fbin TRUTH.ibin l2|ip|cosine [K]")
        self.base = numpy.array(vector_files.read(arguments[0]))
        self.queries = numpy.array(vector_files.read(arguments[1]))
        self.truth = numpy.array(vector_files.read(arguments[2], "<i4"))
        self.metric = arguments[3]
        self.k = int(arguments[4]) if len(arguments) > 4 else 10
        if self.metric == "cosine":
            for rows in (self.base, self.queries):
                rows /= numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


class Build:
    def __init__(self, work):
        wall, cpu = time.perf_counter(), time.process_time()
        self.index = work()
        self.seconds, self.cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.bytes_per_vector = None


def recall(task, found, at):
    if task.k < at:
        return None
    hits = sum(len(numpy.intersect1d(found[i, :at], task.truth[i, :at])) for i in range(len(found)))
    return round(hits / (len(found) * at), 6)


def measure(task, peer, setting, build, search, limit=None):
    """`search(queries, k, threads)` gives ids [q, k]; `limit` is how many queries a slow peer is asked."""
    queries = task.queries[:limit]
    rates = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads in rates:
            start = time.perf_counter()
            ids = search(queries, task.k, threads)
            rates[threads].append(len(queries) / (time.perf_counter() - start))
    latencies = []
    for query in queries[:LATENCY_QUERIES]:
        start = time.perf_counter()
        search(query[None], task.k, 1)
        latencies.append((time.perf_counter() - start) * 1e6)
    print(json.dumps({
        "peer": peer, "setting": setting,
        "recall@1": recall(task, ids, 1), "recall@10": recall(task, ids, 10), "recall@100": recall(task, ids, 100),
        "qps_1": round(float(numpy.median(rates[1])), 1), "qps_2": round(float(numpy.median(rates[2])), 1),
        "p50_us": round(float(numpy.percentile(latencies, 50)), 2), "p99_us": round(float(numpy.percentile(latencies, 99)), 2),
        "build_seconds": round(build.seconds, 3), "build_cpu_seconds": round(build.cpu, 3),
        "bytes_per_vector": round(build.bytes_per_vector, 1) if build.bytes_per_vector else None}), flush=True)
