using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
    public void Weights_that_are_not_there_are_explained()
    {
        var error = Assert.Throws<FileNotFoundException>(() => NativeAssets.Weights("nothing"));
        Assert.Contains(Path.Combine("weights", "nothing"), error.Message, StringComparison.Ordinal);
        Assert.Contains(NativeAssets.Platform, error.Message, StringComparison.Ordinal);
        Assert.Contains("build again", error.Message, StringComparison.Ordinal);
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
    public void Both_networks_have_their_weights()
    {
        Assert.Equal(3, Directory.GetFiles(NativeAssets.Weights("mobilenet_v2_mid")).Length);
        Assert.Equal(2, Directory.GetFiles(NativeAssets.Weights("nanodet")).Length);
    }

    [Fact]
    public void The_demo_holds_the_same_signs_from_both_vendors_mostly()
    {
        using var zip = ZipFile.OpenRead(NativeAssets.DemoPictures);
        var byVendor = zip.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal)).GroupBy(e => e.FullName.Split('/')[0]).ToDictionary(g => g.Key, g => g.Select(e => e.Name).ToHashSet());
        Assert.Equal(["google", "twitter"], byVendor.Keys.Order());
        Assert.True(byVendor["google"].Intersect(byVendor["twitter"]).Count() > 1700);
        Assert.DoesNotContain(byVendor["google"], name => name.Contains("-1f3fd", StringComparison.Ordinal));
    }

    [Fact]
    public void Notices_of_everything_staged_are_there() => Assert.Equal(9, Directory.GetFiles(NativeAssets.Notices).Length);
}
