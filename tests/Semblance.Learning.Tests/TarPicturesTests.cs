using System.Formats.Tar;
using System.IO.Compression;
using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class TarPicturesTests
{
    private static readonly byte[] s_jpeg = PictureBytes.Jpeg(TestPictures.Scene(20, 16, 1, 1));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Splits_classes_and_pictures_are_found(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, compressed, "train/dog/0002.jpg", "train/dog/0001.jpg", "train/cat/0007.jpg");
        var data = LabelledPictures.FromTar(path);
        Assert.Equal(["cat", "dog"], data.ClassNames);
        Assert.Equal([0, 1, 1], data.Labels.ToArray());
        Assert.Equal("train/dog/0001.jpg", data[1].Name);
        Assert.Equal((20, 16), (data[1].Decode(DecodeOptions.Default).Picture!.Width, data[1].Decode(DecodeOptions.Default).Picture!.Height));
    }

    [Fact]
    public void The_root_may_be_named_and_the_innermost_folder_is_always_the_class()
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, true, "./set/train/dog/1.jpg", "./set/train/cat/1.jpg", "./set/test/dog/1.jpg", "set/test/dog/deep/1.jpg", "training/x/1.jpg");
        Assert.Equal(["cat", "dog"], LabelledPictures.FromTar(path, "set/train").ClassNames);
        Assert.Equal(["dog", "dog/deep"], LabelledPictures.FromTar(path, "set/test/").ClassNames);
        Assert.Equal(["set/test/dog", "set/test/dog/deep", "set/train/cat", "set/train/dog", "training/x"], LabelledPictures.FromTar(path).ClassNames);
        Assert.Equal(["dog"], LabelledPictures.FromTar(Archive(folder, true, "test/dog/1.jpg", "test/dog/2.jpg")).ClassNames);
        Assert.Contains("'val'", Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(path, "val")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_lead_out_are_left_out_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, true, "train/dog/1.jpg", "../outside/evil.jpg", "train/../../evil.jpg", "/etc/evil.jpg", "train\\dog\\evil.jpg", "C:/evil/evil.jpg", "train/dog/.hidden.jpg", "train/dog/notes.txt");
        var data = LabelledPictures.FromTar(path);
        Assert.Equal("train/dog/1.jpg", Assert.Single(Enumerable.Range(0, data.Count).Select(i => data[i].Name)));
        Assert.Equal(5, data.Skipped.Count);
        Assert.All(data.Skipped, skipped => Assert.Contains("evil.jpg", skipped.Name, StringComparison.Ordinal));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Links_are_left_out_by_name_and_a_later_entry_replaces_an_earlier_one()
    {
        using var folder = new TemporaryFolder();
        var path = folder["links.tar"];
        using (var writer = new TarWriter(File.Create(path)))
        {
            Write(writer, "a/dog/1.jpg", "old"u8.ToArray());
            Write(writer, "a/dog/1.jpg", s_jpeg);
            Write(writer, "a/cat/1.jpg", s_jpeg);
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a/dog/passwd.jpg") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "a/dog/hard.jpg") { LinkName = "a/dog/1.jpg" });
        }
        var data = LabelledPictures.FromTar(path);
        Assert.Equal(2, data.WithoutBroken(cancellationToken: TestContext.Current.CancellationToken).Count);
        Assert.Equal(["a/dog/hard.jpg", "a/dog/passwd.jpg"], data.Skipped.Select(skipped => skipped.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Broken_pictures_in_an_archive_are_found_by_checking()
    {
        using var folder = new TemporaryFolder();
        var path = folder["broken.tar"];
        using (var writer = new TarWriter(File.Create(path)))
        {
            Write(writer, "dog/good.jpg", s_jpeg);
            Write(writer, "dog/empty.jpg", []);
            Write(writer, "dog/text.jpg", "no picture"u8.ToArray());
        }
        var usable = LabelledPictures.FromTar(path).WithoutBroken(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, usable.Count);
        Assert.Equal(["dog/empty.jpg", "dog/text.jpg"], usable.Skipped.Select(skipped => skipped.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_archive_that_breaks_off_anywhere_is_an_error(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(Archive(folder, compressed, [.. Enumerable.Range(0, 12).Select(i => $"train/class{i % 3}/{i}.jpg")]));
        // In tar everything lies in blocks of 512; those behind the last picture only mark the end. Packed, they and the checksum
        // of gzip take some 20 bytes.
        var end = compressed ? whole.Length - 40 : whole.AsSpan().LastIndexOfAnyExcept((byte)0);
        var path = folder["cut.tar"];
        for (var length = 1; length < end; length += compressed ? 17 : 256)
        {
            File.WriteAllBytes(path, whole[..length]);
            var failure = Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(path));
            Assert.Contains("cut.tar", failure.Message, StringComparison.Ordinal);
        }
        for (var length = 512; length < end && !compressed; length += 512)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(path));
        }
        File.WriteAllBytes(path, whole);
        Assert.Equal(12, LabelledPictures.FromTar(path).Count);
    }

    [Fact]
    public void What_is_no_archive_or_lies_about_sizes_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(4);
        for (var i = 0; i < 50; i++)
        {
            var bytes = new byte[2000];
            random.NextBytes(bytes);
            File.WriteAllBytes(folder["noise.tar"], bytes);
            Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(folder["noise.tar"]));
        }
        var good = File.ReadAllBytes(Archive(folder, false, "train/dog/1.jpg", "train/cat/1.jpg"));
        for (var i = 0; i < 300; i++)
        {
            // Damage to a header is an error or leaves a picture out; it never becomes another exception.
            var damaged = good.ToArray();
            for (var hit = 0; hit < 4; hit++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(folder["damaged.tar"], damaged);
            try
            {
                Assert.InRange(LabelledPictures.FromTar(folder["damaged.tar"]).Count, 1, 2);
            }
            catch (DataSetException failure)
            {
                Assert.Contains("damaged.tar", failure.Message, StringComparison.Ordinal);
            }
        }
        Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(folder["missing.tar"]));
        Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(folder.Path));
    }

    [Fact]
    public void No_more_is_held_than_allowed()
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, true, "a/x/1.jpg", "a/y/1.jpg");
        Assert.Equal(2, LabelledPictures.FromTar(path, maxBytes: 2 * s_jpeg.Length).Count);
        var failure = Assert.Throws<DataSetException>(() => LabelledPictures.FromTar(path, maxBytes: (2 * s_jpeg.Length) - 1));
        Assert.Contains("unpack the archive", failure.Message, StringComparison.Ordinal);
    }

    private static string Archive(TemporaryFolder folder, bool compressed, params string[] names)
    {
        var path = folder[compressed ? "set.tar.gz" : "set.tar"];
        using var file = File.Create(path);
        using Stream stream = compressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using var writer = new TarWriter(stream);
        foreach (var name in names)
            Write(writer, name, s_jpeg);
        return path;
    }

    private static void Write(TarWriter writer, string name, byte[] bytes)
        => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
}
