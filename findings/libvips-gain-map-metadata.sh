#!/usr/bin/env bash
# A JPEG with a gain map that libvips writes is known by ISO 21496-1 alone: it has no hdrgm packet in XMP, by which Android's Ultra HDR
# format 1.0 has readers look for one. And the picture for plain screens inside is not the one that was given, though nothing in that was
# brighter than a plain screen's white: its tones are mapped, here from 128 to another level.
# Seen: libvips 8.18.7 (NetVips 3.2.0, NetVips.Native.linux-x64 8.18.7): "iso 21496-1: True; hdrgm: False; pictures: 2; 128 became 117"
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
using System.Text;
using NetVips;

var pixels = new byte[64 * 64 * 3];
pixels.AsSpan().Fill(128);
using var grey = Image.NewFromMemoryCopy(pixels, 64, 64, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
using var light = grey.Colourspace(Enums.Interpretation.Scrgb);
var file = (byte[])Operation.Call("uhdrsave_buffer", new VOption { { "Q", 95 } }, light);
bool Holds(string text) => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
var pictures = 0;
for (var i = 0; i + 2 < file.Length; i++)
    pictures += file[i] == 0xFF && file[i + 1] == 0xD8 && file[i + 2] == 0xFF ? 1 : 0;
using var plain = (Image)Operation.Call("jpegload_buffer", file);
Console.WriteLine($"iso 21496-1: {Holds("urn:iso:std:iso:ts:21496")}; hdrgm: {Holds("hdrgm")}; pictures: {pictures}; 128 became {plain[0].Avg():0}");
PROGRAM
seen=$(dotnet run 2>&1 | tail -1)
echo "$seen"
[ "$seen" = "iso 21496-1: True; hdrgm: False; pictures: 2; 128 became 117" ]
