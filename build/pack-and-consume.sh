#!/usr/bin/env bash
# Packs the libraries and the tool into a folder; a program in an empty folder refers to nothing but the package Semblance and runs the README's
# library example on pictures whose answer is known; the tool is installed from the folder and run. What is ours comes from the folder alone,
# what is others' from the usual feeds. Usage: build/pack-and-consume.sh [FOLDER], which keeps the packages there.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
packages=${1:-$scratch/packages}
mkdir -p "$packages"
packages=$(cd "$packages" && pwd)
rm -f "$packages"/Semblance*.nupkg "$packages"/Semblance*.snupkg
platform=$(dotnet msbuild src/Semblance.Natives/Semblance.Natives.csproj -getProperty:NativeRid)

# Outputs of its own: the build in artifacts/ stays as it is.
dotnet pack Semblance.slnx -c Release -o "$packages" --artifacts-path "$scratch/artifacts" -p:ToolPackageRuntimeIdentifiers="$platform" -p:RunAnalyzers=false --nologo -v quiet
rm -rf "$scratch/artifacts"
version=$(cd "$packages" && ls Semblance.[0-9]*.nupkg | sed 's/^Semblance\.\(.*\)\.nupkg$/\1/')
echo "version $version, bytes:"
(cd "$packages" && wc -c ./*.nupkg)

for file in "$packages"/Semblance*.nupkg; do
    listing=$(python3 -c 'import sys, zipfile; print("\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))' "$file")
    for name in README.md icon.png THIRD-PARTY-NOTICES.md; do
        grep -qx "$name" <<<"$listing" || { echo "$file lacks $name"; exit 1; }
    done
done

# Our packages go into a cache of their own, since one of an earlier run may have the same version; others' are taken from the usual cache.
cat >"$scratch/nuget.config" <<XML
<configuration>
  <config><add key="globalPackagesFolder" value="$scratch/cache" /></config>
  <fallbackPackageFolders><add key="usual" value="$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')" /></fallbackPackageFolders>
  <packageSources><add key="ours" value="$packages" /></packageSources>
</configuration>
XML

mkdir "$scratch/consumer"
cat >"$scratch/consumer/Consumer.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Semblance" Version="$version" /></ItemGroup>
</Project>
XML
# The README's example, word for word but for its folder and its query; before it, pictures: twelve scenes, and one of them smaller and darker.
example=$(awk '/^```csharp/ {inside = 1; next} /^```/ {inside = 0} inside' README.md | sed 's|"~/Pictures/2024"|"pictures"|; s|k: 10|k: 3|')
grep -q 'Gallery.Open' <<<"$example" || { echo "README.md has no library example"; exit 1; }
{
    echo 'using Semblance;'
    echo "$example"
} >"$scratch/consumer/Program.cs"
cat >"$scratch/pictures.py" <<'PY'
import os, random, struct, sys, zlib

def png(path, side, pixel):
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x / side, y / side)) for x in range(side)) for y in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

def scene(seed, light=1.0):
    draw = random.Random(seed)
    discs = [(draw.random(), draw.random(), 0.05 + 0.2 * draw.random(), [draw.randrange(256) for _ in range(3)]) for _ in range(12)]
    ground = [draw.randrange(256) for _ in range(3)]
    def pixel(x, y):
        colour = ground
        for cx, cy, radius, own in discs:
            if (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2:
                colour = own
        return [int(light * value) for value in colour]
    return pixel

folder = sys.argv[1]
os.makedirs(os.path.join(folder, "pictures"))
for seed in range(12):
    png(os.path.join(folder, "pictures", f"scene{seed}.png"), 240, scene(seed))
png(os.path.join(folder, "beach.jpg"), 180, scene(7, 0.8))
PY
python3 "$scratch/pictures.py" "$scratch/consumer"
cp "$scratch/nuget.config" "$scratch/consumer/"
export SEMBLANCE_HOME="$scratch/home"
(cd "$scratch/consumer" && dotnet build -c Release --nologo -v quiet && dotnet bin/Release/net10.0/Consumer.dll | tee hits.txt)
head -1 "$scratch/consumer/hits.txt" | grep -q 'scene7.png$' || { echo "the consumer did not find the picture"; exit 1; }

(cd "$scratch" && dotnet tool install Semblance.Cli --tool-path "$scratch/tool" --version "$version" --configfile "$scratch/nuget.config")
(cd "$scratch/consumer" && "$scratch/tool/semblance" search beach.jpg --gallery ./holiday.gallery -k 1 --format paths | tee found.txt)
grep -q 'scene7.png$' "$scratch/consumer/found.txt" || { echo "the tool did not find the picture"; exit 1; }
du -sm "$scratch/tool" | sed 's/\t.*/ MB installed/'
echo "packed, consumed, installed: ok"
