#!/bin/sh
# Installs the peers that the benchmarks compare with (Debian and Ubuntu). The product needs none of them.
set -eu
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
$run apt-get update
$run apt-get install -y --no-install-recommends libvips-tools
vipsthumbnail --vips-version
