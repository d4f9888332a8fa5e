#!/usr/bin/env bash
# What a fresh clone costs: follows the README's two commands with empty caches in a copy of the committed tree, and checks sizes against the
# promises. Usage: build/footprint.sh [--keep]; takes as long as a first build and the tests. With SEMBLANCE_FOOTPRINT_TESTS=build the
# second command only builds.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
most_downloads=450 most_all=1200 most_first=250 most_second=450
scratch=$(mktemp -d)
trap '[ "${1:-}" = --keep ] && echo "kept: $scratch" || rm -rf "$scratch"' EXIT
export NUGET_PACKAGES="$scratch/nuget" npm_config_cache="$scratch/npm" SEMBLANCE_HOME="$scratch/home"
git clone -q --depth 1 "file://$PWD" "$scratch/clone"
cd "$scratch/clone"

start=$SECONDS
dotnet run -c Release --project src/Semblance.Cli -- demo --format json >"$scratch/demo.json"
first_seconds=$((SECONDS - start))
first=$(du -sm artifacts | cut -f1)
start=$SECONDS
if [ "${SEMBLANCE_FOOTPRINT_TESTS:-}" = build ]; then
    dotnet build -c Release Semblance.slnx --nologo -v quiet
else
    dotnet test -c Release >"$scratch/tests.log" 2>&1 || { tail -40 "$scratch/tests.log"; exit 1; }
fi
second_seconds=$((SECONDS - start))
second=$(du -sm artifacts | cut -f1)

echo "packages, MB: downloaded, unpacked"
find "$NUGET_PACKAGES" -name '*.nupkg' -printf '%s %h\n' | while read -r bytes folder; do
    # A package's folder holds its download too.
    printf '%7.1f %7.1f  %s\n' "$(echo "$bytes" | awk '{ print $1 / 1e6 }')" "$(du -sk --apparent-size "$folder" | awk -v b="$bytes" '{ print ($1 * 1024 - b) / 1e6 }')" "${folder#"$NUGET_PACKAGES"/}"
done | sort -rn | tee "$scratch/table" | head -25
downloads=$(awk '{ d += $1 } END { printf "%d", d }' "$scratch/table")
npm=$(find "$npm_config_cache" -type f -path '*content*' -printf '%s\n' 2>/dev/null | awk '{ d += $1 } END { printf "%d", d / 1e6 }')
# Hard links between the packages and the outputs count once, as they do on the disk.
all=$(du -cm "$NUGET_PACKAGES" artifacts node_modules 2>/dev/null | tail -1 | cut -f1)
failed=0
check() { # what, MB, at most
    local word=ok
    [ "$2" -le "$3" ] || { word="TOO MUCH"; failed=1; }
    printf '%-44s %5d MB, at most %5d: %s\n' "$1" "$2" "$3" "$word"
}
check "downloads (NuGet $downloads, npm $npm)" $((downloads + npm)) $most_downloads
check "packages and outputs" "$all" $most_all
check "outputs after the first command" "$first" $most_first
check "outputs after the second" "$second" $most_second
echo "first command $first_seconds s, second $second_seconds s, on $(nproc) processors ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1))"
exit $failed
