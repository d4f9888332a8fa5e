#!/usr/bin/env bash
# With a concurrency of 1, libvips still computes an image that is written to memory on a thread of its own, and the caller waits: a
# program that decodes many pictures on as many threads as it has processors pays two hand-overs a picture. The same pixels asked for
# with vips_region_fetch, strip after strip, are computed on the calling thread. Threads that libvips starts are counted by their name.
# Seen: libvips 8.18.7 (NetVips 3.2.0, NetVips.Native.linux-x64 8.18.7): "concurrency 1; workers after regions: 0; after memory: 1; same pixels: True"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="NetVips" Version="3.2.0" />
    <PackageReference Include="NetVips.Native.linux-x64" Version="8.18.7" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using NetVips;

NetVips.NetVips.Concurrency = 1;
var ramp = new byte[300 * 200 * 3];
for (var i = 0; i < ramp.Length; i++)
    ramp[i] = (byte)(i / 7);
// A picture that has to be computed.
Image Computed() => Image.NewFromMemoryCopy(ramp, 300, 200, 3, Enums.BandFormat.Uchar).Invert();
int Workers() => Directory.GetDirectories("/proc/self/task").Count(task => File.ReadAllText(Path.Combine(task, "comm")).Contains("libvips"));

using var first = Computed();
using var region = Region.New(first);
var strips = new MemoryStream();
for (var top = 0; top < 200; top += 10)
    strips.Write(region.Fetch(0, top, 300, 10));
var afterRegions = Workers();
using var second = Computed();
var memory = second.WriteToMemory();
Console.WriteLine($"concurrency {NetVips.NetVips.Concurrency}; workers after regions: {afterRegions}; after memory: {Workers()}; same pixels: {strips.ToArray().AsSpan().SequenceEqual(memory)}");
PROGRAM
seen=$(dotnet run 2>&1 | tail -1)
echo "$seen"
[ "$seen" = "concurrency 1; workers after regions: 0; after memory: 1; same pixels: True" ]
