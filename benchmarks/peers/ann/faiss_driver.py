"""Debian's faiss: a baseline build without AVX, years old. Its figures are printed and prove nothing about faiss.

Bytes a vector: length of the serialised index.
"""

import sys

import faiss
import numpy

import measure

HNSW_EFFORTS = [16, 24, 32, 40, 56, 80, 110, 150, 200, 280, 400]
PROBES = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128]


def build(task, index):
    def work():
        if not index.is_trained:
            index.train(task.base[:200_000])
        index.add(task.base)
        return index

    faiss.omp_set_num_threads(2)
    made = measure.Build(work)
    made.bytes_per_vector = len(faiss.serialize_index(index)) / len(task.base)
    return made


def search_of(index):
    def search(queries, k, threads):
        faiss.omp_set_num_threads(threads)
        return index.search(queries, k)[1]

    return search


def main():
    task = measure.Task(sys.argv[1:])
    d = task.base.shape[1]
    metric = faiss.METRIC_L2 if task.metric == "l2" else faiss.METRIC_INNER_PRODUCT
    lists = 1 << max(4, round(numpy.log2(4 * numpy.sqrt(len(task.base)))))

    graph = faiss.IndexHNSWFlat(d, 16, metric)
    graph.hnsw.efConstruction = 100
    made = build(task, graph)
    for effort in HNSW_EFFORTS:
        graph.hnsw.efSearch = effort
        measure.measure(task, "faiss (Debian) HNSWFlat", f"ef={effort}", made, search_of(graph))

    for name in [f"IVF{lists},Flat", f"IVF{lists},PQ{d // 2}x4fs,RFlat"]:
        index = faiss.index_factory(d, name, metric)
        made = build(task, index)
        parameters = faiss.ParameterSpace()
        if "RFlat" in name:
            index.k_factor = 10
        for probes in PROBES:
            parameters.set_index_parameter(index, "nprobe", probes)
            measure.measure(task, f"faiss (Debian) {name}", f"nprobe={probes}", made, search_of(index))


if __name__ == "__main__":
    main()
