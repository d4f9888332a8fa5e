using System.Diagnostics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class HostileFolderTests
{
    [Fact]
    public void Every_file_is_a_picture_or_has_its_reason()
    {
        using var temporary = new TemporaryFolder();
        using var folder = HostileFolder.Create(temporary["hostile"]);
        Assert.True(folder.Files.Count > 40);
        foreach (var file in folder.Files)
        {
            var clock = Stopwatch.StartNew();
            var result = PictureDecoder.Shared.DecodeFile(file.Path, new DecodeOptions { MinimumSide = 64 });
            Assert.True(clock.Elapsed.TotalSeconds < 5, $"{file.What} took {clock.Elapsed}.");
            if (!(file.MayDecode && result.Succeeded))
                Assert.True(result.Failure?.Reason == file.Reason, $"{file.What}: {result.Failure?.Reason.ToString() ?? "decoded"}, {result.Failure?.Message}");
            if (result.Succeeded && file.Path.EndsWith(".svg", StringComparison.Ordinal))
                Assert.All(Enumerable.Range(0, result.Picture.Width * result.Picture.Height), i => Assert.False(result.Picture.Pixels[3 * i] > 200 && result.Picture.Pixels[(3 * i) + 1] < 100));
        }
    }

    [Fact]
    public void The_folder_can_be_removed_again()
    {
        using var temporary = new TemporaryFolder();
        using (var folder = HostileFolder.Create(temporary["hostile"], metadataBytes: 1000))
        {
            Assert.Equal(OperatingSystem.IsLinux(), folder.HasLongPath);
            Assert.True(Directory.Exists(folder.Path));
        }
        Assert.False(Directory.Exists(temporary["hostile"]));
    }
}
