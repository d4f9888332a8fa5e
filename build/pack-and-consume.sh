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

# What a package must have: whoever takes one sees its files and its list of dependencies, and nothing of this repository.
cat >"$scratch/contents.py" <<'PY'
import glob, os, re, sys, zipfile

folder, version, commit, platform = sys.argv[1:]
vips = [f"NetVips.Native.{name}" for name in ("linux-arm64", "linux-x64", "osx-arm64", "win-x64")]
dependencies = {"Semblance.Imaging": ["Semblance.Natives", *vips], "Semblance.Networks": ["Semblance.Natives", "Microsoft.ML.OnnxRuntime"],
                "Semblance": ["Semblance.Weights.ResNet18", "Semblance.Imaging"], "Semblance.VectorData": ["Semblance", "Microsoft.Extensions.VectorData.Abstractions"]}
tool = f"Semblance.Cli.{platform}"
contents = {"Semblance.Weights.ResNet18": ["weights/resnet18/ResNet18.onnx", "notices/resnet18.LICENSE"],
            "Semblance.Imaging": [f"decoder/{platform}/Semblance.Decoder.dll", f"decoder/{platform}/Magick.NET.Notice.txt"],
            tool: [f"tools/net10.0/{platform}/" + name for name in ("weights/resnet18/ResNet18.onnx", "decoder/Semblance.Decoder.dll", "notices/onnxruntime.LICENSE", "notices/libvips.THIRD-PARTY-NOTICES.md")]}
without_code = {"Semblance.Weights.ResNet18", "Semblance.Cli"}
files = {os.path.basename(path)[:-len(f".{version}.nupkg")]: path for path in glob.glob(os.path.join(folder, "*.nupkg"))}
problems = [f"no package {name}" for name in {*dependencies, *contents} - set(files)]
for name, path in files.items():
    archive = zipfile.ZipFile(path)
    names, nuspec = set(archive.namelist()), archive.read(f"{name}.nuspec").decode()
    problems += [f"{name} lacks {file}" for file in ["README.md", "icon.png", "THIRD-PARTY-NOTICES.md", *contents.get(name, [])] if file not in names]
    problems += [f"{name} does not say {text}" for text in ['<license type="expression">MIT', "<readme>README.md", "<icon>icon.png", f'commit="{commit}"'] if text not in nuspec]
    problems += [f"{name} does not depend on {id}" for id in dependencies.get(name, []) if f'id="{id}"' not in nuspec]
    problems += [f"{name} refers to {id}, which only builds use" for id in re.findall('dependency id="([^"]*)"', nuspec) if "Analyzer" in id or id in ("MinVer", "Semblance.Decoder")]
    if name not in without_code and not os.path.exists(path[:-len("nupkg")] + "snupkg"):
        problems.append(f"{name} has no symbols")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(bool(problems))
PY
python3 "$scratch/contents.py" "$packages" "$version" "$(git rev-parse HEAD)" "$platform"

# Our packages go into a cache of their own, since one of an earlier run may have the same version; others' are taken from the usual cache.
cat >"$scratch/nuget.config" <<XML
<configuration>
  <config><add key="globalPackagesFolder" value="$scratch/cache" /></config>
  <fallbackPackageFolders><add key="usual" value="$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')" /></fallbackPackageFolders>
  <packageSources><add key="ours" value="$packages" /></packageSources>
</configuration>
XML

program() { # folder, the one package it refers to
    mkdir "$scratch/$1"
    cp "$scratch/nuget.config" "$scratch/$1/"
    cat >"$scratch/$1/Program.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="$2" Version="$version" /></ItemGroup>
</Project>
XML
}

run() { (cd "$scratch/$1" && dotnet build -c Release --nologo -v quiet >&2 && dotnet bin/Release/net10.0/Program.dll); }

program consumer Semblance
# The README's example, word for word but for its folder and its query; before it, pictures: twelve scenes, and one of them smaller and darker.
# A thirteenth scene is a BMP, which the second decoder reads; it is asked for by a PNG of it.
example=$(awk '/^```csharp/ {inside = 1; next} /^```/ {inside = 0} inside' README.md | sed 's|"~/Pictures/2024"|"pictures"|; s|k: 10|k: 3|')
grep -q 'Gallery.Open' <<<"$example" || { echo "README.md has no library example"; exit 1; }
{
    echo 'using Semblance;'
    echo "$example"
    echo 'Console.WriteLine((await gallery.SearchAsync(Query.From("pond.png"), k: 1))[0].Path);'
} >"$scratch/consumer/Program.cs"
cat >"$scratch/pictures.py" <<'PY'
import os, random, struct, sys, zlib

def png(path, side, pixel):
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x / side, y / side)) for x in range(side)) for y in range(side))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

def bmp(path, side, pixel):
    rows = b"".join(b"".join(bytes(pixel(x / side, y / side)[::-1]) for x in range(side)) for y in reversed(range(side)))
    open(path, "wb").write(struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54 + len(rows), 0, 54, 40, side, side, 1, 24, 0, len(rows), 2835, 2835, 0, 0) + rows)

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
bmp(os.path.join(folder, "pictures", "scene12.bmp"), 240, scene(12))
png(os.path.join(folder, "pond.png"), 180, scene(12, 0.8))
bmp(os.path.join(folder, "pond.bmp"), 180, scene(12, 0.8))
PY
python3 "$scratch/pictures.py" "$scratch/consumer"
export SEMBLANCE_HOME="$scratch/home"
run consumer | tee "$scratch/hits.txt"
head -1 "$scratch/hits.txt" | grep -q 'scene7.png$' || { echo "the consumer did not find the picture"; exit 1; }
tail -1 "$scratch/hits.txt" | grep -q 'scene12.bmp$' || { echo "the consumer did not find the BMP"; exit 1; }

program vectors Semblance.VectorData
cat >"$scratch/vectors/Program.cs" <<'CS'
using Microsoft.Extensions.VectorData;
using Semblance.VectorData;

using var store = SemblanceVectorStore.Open("kitchen");
var recipes = store.GetCollection<string, Recipe>("recipes");
await recipes.EnsureCollectionExistsAsync();
await recipes.UpsertAsync([new() { Name = "curry", Taste = new float[] { 1, 0, 0.2f } }, new() { Name = "flan", Taste = new float[] { 0, 0, 1 } }]);
await foreach (var hit in recipes.SearchAsync(new float[] { 0, 0.1f, 0.9f }, top: 1))
    Console.WriteLine($"{hit.Score:0.000} {hit.Record.Name}");

public sealed class Recipe
{
    [VectorStoreKey]
    public string Name { get; set; } = "";

    [VectorStoreVector(3, DistanceFunction = DistanceFunction.CosineSimilarity)]
    public ReadOnlyMemory<float> Taste { get; set; }
}
CS
run vectors | tee "$scratch/recipes.txt"
grep -q ' flan$' "$scratch/recipes.txt" || { echo "the vector store did not find the recipe"; exit 1; }

(cd "$scratch" && dotnet tool install Semblance.Cli --tool-path "$scratch/tool" --version "$version" --configfile "$scratch/nuget.config")
find_by_tool() { # query, file that must come first
    local found
    found=$(cd "$scratch/consumer" && "$scratch/tool/semblance" search "$1" --gallery ./holiday.gallery -k 1 --format paths)
    case $found in */"$2") ;; *) echo "the tool was asked for $1 and found '$found'"; exit 1 ;; esac
}
find_by_tool beach.jpg scene7.png
find_by_tool pond.bmp scene12.bmp
du -sm "$scratch/tool" | sed 's/\t.*/ MB is the installed tool, its package included/'
echo "packed, consumed, installed: ok"
