#!/bin/sh
# Installs the formats' own tools that the benchmark verb "formats" makes its files with (Debian and Ubuntu). The product needs none of them.
set -eu
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
$run apt-get update
$run apt-get install -y --no-install-recommends icc-profiles-free imagemagick libheif-examples libjxl-tools libopenjp2-tools libtiff-tools webp libimage-exiftool-perl
