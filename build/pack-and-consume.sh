#!/usr/bin/env bash
# Packs the libraries and the tool into a folder, lets a program in an empty folder refer to nothing but the package Semblance and run the
# README's library example on pictures with a known answer, and installs and runs the tool. The feed serves third parties; what is ours comes
# from the folder. Usage: build/pack-and-consume.sh [FOLDER], which keeps the packages there.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
packages=${1:-$scratch/packages}
mkdir -p "$packages"
packages=$(cd "$packages" && pwd)
rm -f "$packages"/Semblance*.nupkg "$packages"/Semblance*.snupkg
platform=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -1)
case $platform in *-arm64) platform=${platform%%-*}-arm64 ;; *) platform=linux-x64 ;; esac

# With outputs of its own, so that the build beside it stays as it is.
dotnet pack Semblance.slnx -c Release -o "$packages" --artifacts-path "$scratch/artifacts" -p:ToolPackageRuntimeIdentifiers="$platform" --nologo -v quiet

echo "packages:"
(cd "$packages" && for file in *.nupkg; do printf '%9.1f MB  %s\n' "$(($(wc -c <"$file") / 100000))e-1" "$file"; done)
version=$(cd "$packages" && ls Semblance.[0-9]*.nupkg | sed 's/^Semblance\.\(.*\)\.nupkg$/\1/')

for file in "$packages"/Semblance.*.nupkg; do
    python3 - "$file" <<'PY'
import sys, zipfile
path = sys.argv[1]
names = set(zipfile.ZipFile(path).namelist())
pointer = any(name.endswith("DotnetToolSettings.xml") for name in names)
missing = [name for name in ("README.md", "icon.png", "THIRD-PARTY-NOTICES.md") if name not in names]
if missing:
    sys.exit(f"{path} lacks {', '.join(missing)}")
PY
done

# Packages of ours come from the folder alone, into a cache of their own: one left by an earlier run has the same version.
cat >"$scratch/nuget.config" <<XML
<configuration>
  <packageSources><add key="ours" value="$packages" /></packageSources>
  <packageSourceMapping>
    <clear />
    <packageSource key="ours"><package pattern="Semblance" /><package pattern="Semblance.*" /></packageSource>
    $(dotnet nuget list source --format short | sed -n 's/^E //p' | awk '{ printf "<packageSource key=\"feed%d\"><package pattern=\"*\" /></packageSource>", NR }')
  </packageSourceMapping>
</configuration>
XML
