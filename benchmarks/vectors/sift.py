"""Real SIFT descriptors (OpenCV, 128 values of 0..255 as SIFT1M has them) of folders of photos.

    sift.py SOURCE TARGET [--seed S] [--processes P] [--large]

SOURCE holds the shared photos (caltech101, grocery, flickr8k_1k, sketchy/photo, homography_pairs). Writes to TARGET:

* sift.query.fbin: 2,000 descriptors drawn from pictures held out of every base set;
* sift100k.fbin, sift500k.fbin, sift1m.fbin: prefixes of one shuffled file, from the photos as they are (no crops, no
  flips: there are enough of them), exact duplicates dropped;
* *.truth.ibin: the 100 nearest under L2;
* with --large also sift5m96.fbin and sift96.query.fbin: 5,000,000 descriptors brought to 96 columns by a PCA fitted on
  200,000 of them. Its first 1,000,000 rows are those of sift1m.fbin; the rest are the remaining descriptors of the
  photos, of their mirror images, and, as far as still needed, of the photos enlarged 1.5 times, shuffled together.

`Faces_easy` is left out: it shows the photos of `Faces` again.
"""

import argparse
import multiprocessing
import os

import cv2
import numpy

import truth
import vector_files

FOLDERS = ["caltech101", "grocery", "flickr8k_1k", "sketchy/photo", "homography_pairs"]
QUERIES = 2_000
HELD_OUT = 200
SIZES = [("sift100k", 100_000), ("sift500k", 500_000), ("sift1m", 1_000_000)]
LARGE = 5_000_000
COLUMNS = 96


def photos(source):
    found = []
    for folder in FOLDERS:
        for place, _, names in os.walk(os.path.join(source, folder)):
            if os.path.basename(place) != "Faces_easy":
                found += [os.path.join(place, name) for name in names if name.lower().endswith((".jpg", ".jpeg", ".png"))]
    return sorted(found)


def descriptors(job):
    """The descriptors [n, 128] of one photo as bytes; `form` is how the photo is shown to SIFT."""
    path, form = job
    picture = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return numpy.empty((0, 128), numpy.uint8)
    if form == "mirrored":
        picture = cv2.flip(picture, 1)
    elif form == "enlarged":
        picture = cv2.resize(picture, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    _, found = cv2.SIFT_create().detectAndCompute(picture, None)
    return numpy.empty((0, 128), numpy.uint8) if found is None else found.astype(numpy.uint8)


def one_thread():
    cv2.setNumThreads(1)


def extract(pool, paths, form):
    return numpy.concatenate(pool.map(descriptors, [(path, form) for path in paths], chunksize=32))


def distinct(rows):
    """The first of every group of equal rows, in the order given."""
    keys = numpy.ascontiguousarray(rows).view(numpy.dtype((numpy.void, rows.shape[1]))).ravel()
    return rows[numpy.sort(numpy.unique(keys, return_index=True)[1])]


def without(rows, unwanted):
    """`rows` without those equal to a row of `unwanted`."""
    known = {row.tobytes() for row in unwanted}
    return rows[[row.tobytes() not in known for row in rows]]


def write_truth(target, name, queries):
    truth.main([f"{target}/{name}.fbin", f"{target}/{queries}.fbin", f"{target}/{name}.truth.ibin"])
    print(name, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    random = numpy.random.default_rng(options.seed)
    paths = photos(options.source)
    random.shuffle(paths)
    held_out, shown = paths[:HELD_OUT], paths[HELD_OUT:]
    os.makedirs(options.target, exist_ok=True)

    with multiprocessing.Pool(options.processes, initializer=one_thread) as pool:
        queries = random.permutation(distinct(extract(pool, held_out, "plain")))[:QUERIES]
        plain = without(random.permutation(distinct(extract(pool, shown, "plain"))), queries)
        print(len(paths), "photos,", len(plain), "distinct descriptors", flush=True)
        vector_files.write(f"{options.target}/sift.query.fbin", queries, "<f4")
        for name, size in SIZES:
            vector_files.write(f"{options.target}/{name}.fbin", plain[:size], "<f4")
            write_truth(options.target, name, "sift.query")
        if not options.large:
            return
        first = plain[:SIZES[-1][1]]
        for form in ["mirrored", "enlarged"]:
            if len(plain) < LARGE:
                plain = distinct(numpy.concatenate([plain, extract(pool, shown, form)]))
                print(form, len(plain), "distinct descriptors", flush=True)

    rest = without(random.permutation(plain[len(first):])[:LARGE - len(first)], queries)
    del plain
    sample = random.choice(first, 200_000, replace=False).astype(numpy.float64)
    mean = sample.mean(axis=0)
    _, axes = numpy.linalg.eigh(numpy.cov(sample.T))
    axes = axes[:, ::-1][:, :COLUMNS]
    offset = mean @ axes

    def project(rows):
        return (rows.astype(numpy.float32) @ axes.astype(numpy.float32) - offset.astype(numpy.float32))

    vector_files.write(f"{options.target}/sift96.query.fbin", project(queries), "<f4")
    vector_files.write(f"{options.target}/sift5m96.fbin", numpy.concatenate([project(first), project(rest)]), "<f4")
    write_truth(options.target, "sift5m96", "sift96.query")


if __name__ == "__main__":
    main()
