using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Semblance.Natives.Tests;

public sealed class NativeAssetsTests
{
    [Theory]
    [InlineData("libvips", "vips_init")]
    [InlineData("libonnxruntime", "OrtGetApiBase")]
    public void A_staged_library_loads_and_exports_what_we_call(string name, string symbol)
    {
        var library = NativeLibrary.Load(NativeAssets.Library(name));
        Assert.True(NativeLibrary.TryGetExport(library, symbol, out _));
    }

    [Fact]
    public void An_unknown_library_is_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => NativeAssets.Library("libnothing"));
        Assert.Contains("libnothing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_network_is_the_file_that_was_measured()
    {
        using var weights = File.OpenRead(NativeAssets.DefaultNetwork);
        Assert.Equal("e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f", Convert.ToHexStringLower(SHA256.HashData(weights)));
    }

    [Fact]
    public void Tests_share_one_stage_and_carry_no_libraries_of_their_own() => Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "runtimes", NativeAssets.Platform, "native")));

    [Fact]
    public void The_demo_has_the_same_signs_from_both_families_mostly()
    {
        string folder;
        try
        {
            folder = NativeAssets.DemoPictures;
        }
        catch (FileNotFoundException)
        {
            Assert.Skip("npm was not there when this was built.");
            return;
        }
        var signs = Array.ConvertAll(new[] { "noto.json", "twemoji.json" }, file =>
        {
            using var set = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, file)));
            return set.RootElement.GetProperty("icons").EnumerateObject().Select(icon => icon.Name).ToHashSet(StringComparer.Ordinal);
        });
        Assert.True(signs[0].Count(sign => signs[1].Contains(sign) && !sign.Contains("-tone", StringComparison.Ordinal)) > 1600);
    }

    [Theory]
    [InlineData("onnxruntime")]
    [InlineData("libvips")]
    [InlineData("resnet18")]
    public void What_is_staged_has_its_notice(string part) => Assert.NotEmpty(Directory.GetFiles(NativeAssets.Notices, part + ".*"));
}
