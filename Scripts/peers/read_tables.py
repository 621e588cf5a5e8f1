#!/usr/bin/env python3
"""NumPy and pandas on pressure maps as text: megabytes a second of reading all frames of experiment I of pmd.

usage: read_tables.py numpy|pandas PMD_FOLDER

Prints one JSON object. The files are read once before the time starts, so that they are in memory.
"""
import json
import pathlib
import sys
import time


def read_with_numpy(path):
    import numpy
    return numpy.loadtxt(path, dtype=numpy.float32)


def read_with_pandas(path):
    import pandas
    return pandas.read_csv(path, sep="\t", header=None, usecols=range(2048), dtype="float32").to_numpy()


def main():
    tool, root = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = [path for path in sorted(root.glob("experiment-i/S*/*.txt"))]
    if tool == "numpy":  # a hundredth of pandas' speed: a few files show it
        paths = paths[:4]
    size = sum(len(path.read_bytes()) for path in paths)
    read = {"numpy": read_with_numpy, "pandas": read_with_pandas}[tool]
    read(paths[0])
    start = time.perf_counter()
    for path in paths:
        read(path)
    print(json.dumps({"megabytes_per_s": round(size / 1e6 / (time.perf_counter() - start), 1)}))


if __name__ == "__main__":
    main()
