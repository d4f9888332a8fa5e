"""Finds the true nearest rows of every query and writes them as an `.ibin` file (uint32 n, uint32 k, int32 ids).

    truth.py BASE.fbin QUERY.fbin TRUTH.ibin [l2|ip|cosine] [k]

Blocked float32 products find a shortlist four times as long as asked; it is then ordered by distances in float64, ties
by the smaller id. On SIFT values (integers up to 255, 128 columns) the float32 products are exact already.
"""

import sys

import numpy

import vector_files

BLOCK = 1 << 16


def shortlist(base, queries, metric, length):
    """The `length` best ids per query by float32 scores, larger is better."""
    best_scores = numpy.full((len(queries), length), -numpy.inf, dtype=numpy.float32)
    best_ids = numpy.zeros((len(queries), length), dtype=numpy.int64)
    for start in range(0, len(base), BLOCK):
        block = numpy.asarray(base[start:start + BLOCK])
        scores = queries @ block.T
        if metric == "l2":
            scores -= 0.5 * numpy.einsum("ij,ij->i", block, block)
        elif metric == "cosine":
            scores /= numpy.maximum(numpy.linalg.norm(block, axis=1), 1e-30)
        kept = min(length, scores.shape[1])
        top = numpy.argpartition(scores, scores.shape[1] - kept, axis=1)[:, -kept:]
        all_scores = numpy.concatenate([best_scores, numpy.take_along_axis(scores, top, 1)], axis=1)
        all_ids = numpy.concatenate([best_ids, top + start], axis=1)
        chosen = numpy.argpartition(all_scores, all_scores.shape[1] - length, axis=1)[:, -length:]
        best_scores = numpy.take_along_axis(all_scores, chosen, 1)
        best_ids = numpy.take_along_axis(all_ids, chosen, 1)
    return best_ids


def nearest(base, queries, metric, k):
    """The `k` nearest ids per query [q, k], ordered exactly."""
    queries = numpy.asarray(queries)
    k = min(k, len(base))
    candidates = shortlist(base, queries, metric, min(4 * k, len(base)))
    truth = numpy.empty((len(queries), k), dtype=numpy.int32)
    for row, query in enumerate(queries.astype(numpy.float64)):
        ids = numpy.sort(candidates[row])
        vectors = numpy.asarray(base[ids], dtype=numpy.float64)
        if metric == "l2":
            distances = ((vectors - query) ** 2).sum(axis=1)
        else:
            distances = -(vectors @ query)
            if metric == "cosine":
                distances /= numpy.maximum(numpy.linalg.norm(vectors, axis=1), 1e-300)
        truth[row] = ids[numpy.argsort(distances, kind="stable")[:k]]
    return truth


def main(arguments):
    base, queries, target = arguments[:3]
    metric = arguments[3] if len(arguments) > 3 else "l2"
    k = int(arguments[4]) if len(arguments) > 4 else 100
    vector_files.write(target, nearest(vector_files.read(base), vector_files.read(queries), metric, k), "<i4")


if __name__ == "__main__":
    main(sys.argv[1:])
