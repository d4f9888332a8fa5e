"""Reads and writes the binary vector files that the benchmarks use.

`.fbin` and `.ibin`: uint32 rows, uint32 columns, then the values row by row (float32 / int32), little-endian.
"""

import os

import numpy


def write(path, rows, dtype):
    """Writes `rows` [n, d] beside `path` and renames, so that a reader never sees half a file."""
    beside = path + ".part"
    with open(beside, "wb") as file:
        numpy.array(rows.shape, dtype="<u4").tofile(file)
        for start in range(0, len(rows), 1 << 18):
            numpy.ascontiguousarray(rows[start:start + (1 << 18)], dtype=dtype).tofile(file)
    os.replace(beside, path)


def read(path, dtype="<f4"):
    """Maps the rows [n, d] of an `.fbin` or `.ibin` file."""
    rows, columns = numpy.fromfile(path, dtype="<u4", count=2)
    return numpy.memmap(path, dtype=dtype, mode="r", offset=8, shape=(int(rows), int(columns)))
