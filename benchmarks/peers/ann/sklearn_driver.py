"""scikit-learn's k-d tree and ball tree, which are exact; only leaf size is theirs to set. Cosine and the inner product
are searched as L2 (for cosine between vectors of length 1; for the inner product with one column that makes all rows
equally long). Bytes a vector: its arrays. A few queries are asked, since each looks at most of the points.
"""

import sys

import numpy
from sklearn.neighbors import BallTree, KDTree

import measure

LEAVES = [40]
QUERIES = 50


def main():
    task = measure.Task(sys.argv[1:])
    if task.metric == "ip":
        squares = (task.base.astype(numpy.float64) ** 2).sum(axis=1)
        task.base = numpy.hstack([task.base, numpy.sqrt(squares.max() - squares)[:, None]])
        task.queries = numpy.hstack([task.queries, numpy.zeros((len(task.queries), 1))])
    for name, kind in [("k-d tree", KDTree), ("ball tree", BallTree)]:
        for leaf in LEAVES:
            made = measure.Build(lambda: kind(task.base, leaf_size=leaf))
            made.bytes_per_vector = sum(numpy.asarray(part).nbytes for part in made.index.get_arrays()) / len(task.base)
            measure.measure(task, f"scikit-learn {name}", f"leaf_size={leaf}", made,
                            lambda queries, k, threads: made.index.query(queries, k, return_distance=False), QUERIES)


if __name__ == "__main__":
    main()
