#!/bin/sh
# Installs the peers that the benchmarks compare with (Debian and Ubuntu), and what the scripts in ../vectors,
# ./ann and ./training need. The product needs none of them. OpenBLAS is there because Debian's numpy and faiss otherwise multiply
# matrices with the reference BLAS, which would be no fair comparison.
set -eu
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
$run apt-get update
$run apt-get install -y --no-install-recommends libvips-tools
$run apt-get install -y --no-install-recommends \
    g++ libopenblas0-pthread python3-numpy python3-opencv python3-sklearn python3-faiss r-cran-rcppannoy \
    python3-torch python3-torchvision
vipsthumbnail --vips-version
/usr/bin/python3 -c 'import cv2, numpy, sklearn, faiss, torch, torchvision; cv2.SIFT_create(); print("numpy", numpy.__version__, "opencv", cv2.__version__, "scikit-learn", sklearn.__version__, "faiss", faiss.__version__, "torch", torch.__version__, "torchvision", torchvision.__version__)'
