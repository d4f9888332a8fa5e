using System.Runtime.InteropServices;
using Semblance.Index.Files;
using Semblance.Index.Tests.Conformance;
using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests;

public sealed class ExactCodeIndexTests : CodeIndexConformance
{
    [Fact]
    public void Files_with_plain_ids_as_earlier_releases_wrote_them_are_read()
    {
        using var folder = new TemporaryFolder();
        long[] ids = [9, 4, 70_000, 5];
        ulong[] codes = [1, 3, 7, 15];
        IndexFileWriter.Write(
            folder["a.index"],
            new IndexFileHeader(ExactCodeIndex.KindName, null, 64, 4, 11),
            new IndexFileSection("ids", 32, sink => sink.Write(MemoryMarshal.AsBytes<long>(ids))),
            new IndexFileSection("codes", 32, sink => sink.Write(MemoryMarshal.AsBytes<ulong>(codes))));
        using var index = ExactCodeIndex.Open(folder["a.index"]);
        Assert.Equal([new Hit(9, 0), new Hit(4, 1), new Hit(70_000, 2), new Hit(5, 3)], index.Search([1], 4));
        Assert.Empty(index.Verify().Problems);
        index.Add(6, [1]);
        index.Save(folder["a.index"]);
        using var again = ExactCodeIndex.Open(folder["a.index"]);
        Assert.Equal([new Hit(6, 0), new Hit(9, 0), new Hit(4, 1), new Hit(70_000, 2), new Hit(5, 3)], again.Search([1], 9));
    }

    protected override ICodeIndex Create(int bits) => new ExactCodeIndex(bits);

    protected override ICodeIndex Open(string path) => ExactCodeIndex.Open(path);
}
