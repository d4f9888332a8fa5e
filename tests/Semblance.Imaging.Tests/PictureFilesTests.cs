using Semblance.Testing;
using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureFilesTests
{
    [Theory]
    [InlineData("a.jpg", true)]
    [InlineData("A.JPEG", true)]
    [InlineData("dir.png/b.PgM", true)]
    [InlineData("x.heic", true)]
    [InlineData("x.bmp", true)]
    [InlineData("x.txt", false)]
    [InlineData("jpg", false)]
    [InlineData("", false)]
    public void The_extension_decides_whether_a_file_is_opened(string path, bool expected) => Assert.Equal(expected, PictureFiles.LooksLikePicture(path));

    [Fact]
    public void Content_decides_what_it_is()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.txt"], PictureBytes.Png(TestPictures.Gradient(8, 8)));
        File.WriteAllText(folder["b.jpg"], "BM, said the text, and GIF");
        Assert.True(PictureFiles.IsPictureByContent(folder["a.txt"]));
        Assert.False(PictureFiles.IsPictureByContent(folder["b.jpg"]));
        Assert.False(PictureFiles.IsPictureByContent(folder["missing.jpg"]));
    }

    [Fact]
    public void Read_gives_the_bytes_or_the_reason()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.jpg"], [1, 2, 3]);
        Assert.Equal([1, 2, 3], PictureFiles.Read(folder["a.jpg"]).Bytes);
        Assert.Equal(DecodeFailureReason.Unreadable, PictureFiles.Read(folder["missing.jpg"]).Failure!.Reason);
        Assert.Equal(DecodeFailureReason.Unreadable, PictureFiles.Read(folder.Path).Failure!.Reason);
        Assert.Equal(DecodeFailureReason.Unreadable, PictureFiles.Read("nul\0inside.jpg").Failure!.Reason);
    }

    [Fact]
    public void A_file_above_the_limit_is_not_read()
    {
        using var folder = new TemporaryFolder();
        using (var sparse = File.Create(folder["large.tif"]))
            sparse.SetLength(PictureFiles.MaxFileBytes + 1);
        Assert.Equal(DecodeFailureReason.TooLarge, PictureFiles.Read(folder["large.tif"]).Failure!.Reason);
    }
}
