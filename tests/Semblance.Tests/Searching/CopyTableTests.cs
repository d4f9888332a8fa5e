using System.Numerics;
using Semblance.Numerics;
using Semblance.Searching;
using Semblance.Storage;
using Semblance.Tests.Storage.Conformance;
using Xunit;

namespace Semblance.Tests.Searching;

public sealed class CopyTableTests
{
    private const int Pictures = 1200;

    [Fact]
    public async Task What_is_near_a_picture_is_what_a_look_at_all_hashes_finds_as_pictures_come_change_and_go()
    {
        var store = new MemoryGalleryStore();
        var random = new SeededRandom(3);
        // One in six is like another, by as many bits as are allowed at most, or one more.
        var hashes = new ulong[Pictures];
        for (var i = 0; i < Pictures; i++)
            hashes[i] = i % 6 == 1 ? Flipped(hashes[i - 1], i % 12 == 1 ? PictureHashes.MostBitsOfCopies : PictureHashes.MostBitsOfCopies + 1) : random.NextUInt64();
        Commit(hashes.Select((hash, i) => (Id: (long?)null, Number: i, hash)));
        using var table = new CopyTable(store);
        while (table.Near(1, null, store.Version) is null)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Check();

        // Those that were alone get one like them, a copy becomes another picture, one goes.
        Commit([(null, Pictures, Flipped(hashes[2], 3)), (null, Pictures + 1, hashes[3])]);
        Check();
        Commit([(2, 1, random.NextUInt64()), (10, 9, Flipped(hashes[10], 2))]);
        Check();
        store.Commit(new IngestBatch { Vanished = [3, 8] });
        Check();

        void Commit(IEnumerable<(long? Id, int Number, ulong Hash)> pictures) => store.Commit(new IngestBatch
        {
            Pictures = [.. pictures.Select(one => new IngestedPicture(one.Id, Items.Make(one.Id ?? 0, $"/p/{one.Number}.jpg") with { PHash = one.Hash }, new Dictionary<long, IReadOnlyList<byte[]>>()))],
        });

        void Check()
        {
            var present = store.Items().ToArray();
            var alone = 0;
            foreach (var item in present)
            {
                long[] near = [.. present.Where(other => other.Id != item.Id && BitOperations.PopCount(other.PHash ^ item.PHash) <= PictureHashes.MostBitsOfCopies).Select(other => other.Id)];
                Assert.Equal(near, table.Near(item.Id, null, store.Version)!.Where(id => id != item.Id).Order());
                Assert.Equal([.. near, item.Id], table.Near(null, new PictureHashes(item.PHash, 0), store.Version)!.Order().Where(id => id != item.Id).Append(item.Id));
                alone += near.Length == 0 ? 1 : 0;
            }
            Assert.InRange(alone, Pictures / 2, present.Length - (Pictures / 8));
        }
    }

    private static ulong Flipped(ulong hash, int bits) => hash ^ ((1UL << bits) - 1);
}
