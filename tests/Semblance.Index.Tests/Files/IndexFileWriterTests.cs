using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Files;

public sealed class IndexFileWriterTests
{
    [Fact]
    public void Save_sweeps_what_killed_savers_left_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var abandoned = folder[".a.index.0123.saving"];
        var running = folder[".a.index.4567.saving"];
        var other = folder[".b.index.0123.saving"];
        foreach (var path in new[] { abandoned, running, other })
            File.WriteAllText(path, "half");
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(other, DateTime.UtcNow.AddHours(-2));
        using var index = new ExactVectorIndex(3, Metric.L2);
        index.Save(folder["a.index"]);
        Assert.Equal(
            new[] { running, other, folder["a.index"] }.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Same_content_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        using var index = new ExactVectorIndex(3, Metric.Cosine);
        index.Add(4, [1, 2, 3]);
        index.Add(2, [3, 2, 1]);
        index.Save(folder["a.index"]);
        using var opened = ExactVectorIndex.Open(folder["a.index"]);
        opened.Save(folder["b.index"]);
        Assert.Equal(File.ReadAllBytes(folder["a.index"]), File.ReadAllBytes(folder["b.index"]));
    }

    [Fact]
    public void Sections_lie_on_cache_lines()
    {
        using var folder = new TemporaryFolder();
        using var index = new ExactCodeIndex(192);
        index.Build([1, 2, 3], new ulong[9]);
        index.Save(folder["a.index"]);
        var bytes = File.ReadAllBytes(folder["a.index"]);
        for (var section = 0; section < 2; section++)
            Assert.Equal(0, BitConverter.ToInt64(bytes, 72 + (section * 40) + 16) % 64);
    }
}
