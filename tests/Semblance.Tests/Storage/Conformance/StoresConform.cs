using Semblance.Storage;
using Semblance.Storage.Sqlite;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Storage.Conformance;

public sealed class SqliteStoreConforms : GalleryStoreConformance
{
    private readonly TemporaryFolder _folder = new();

    private protected override IGalleryStore Make() => SqliteGalleryStore.Open(_folder.Path, readOnly: false);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // What the tests above have done to it has left it sound.
        if (SqliteGalleryStore.Exists(_folder.Path))
        {
            using var store = SqliteGalleryStore.Open(_folder.Path, readOnly: false);
            Assert.DoesNotContain(store.CheckIntegrity(), problem => !problem.Contains("no vector in the active space", StringComparison.Ordinal));
        }
        _folder.Dispose();
    }
}

public sealed class MemoryStoreConforms : GalleryStoreConformance
{
    private protected override IGalleryStore Make() => new MemoryGalleryStore();
}
