using System.IO.Compression;
using System.Runtime.InteropServices;
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
    public void A_library_that_is_not_staged_is_explained()
    {
        var error = Assert.Throws<FileNotFoundException>(() => NativeAssets.Library("libnothing"));
        Assert.Contains("libnothing", error.Message, StringComparison.Ordinal);
        Assert.Contains(NativeAssets.Platform, error.Message, StringComparison.Ordinal);
        Assert.Contains("Node.js 20", error.Message, StringComparison.Ordinal);
    }

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
    public void Notices_of_everything_staged_are_there() => Assert.Equal(6, Directory.GetFiles(NativeAssets.Notices).Length);
}
