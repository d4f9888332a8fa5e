using System.Numerics;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests;

public sealed class DuplicateFinderTests
{
    /// <summary>A hash with as many ones as noughts, as those of photos have.</summary>
    private const ulong Photo = 0x9669_5AA5_C33C_0FF0;

    private static DuplicateFinder Finder(IReadOnlyList<GalleryItem> items, (long[] Ids, Matrix Vectors)? vectors = null) =>
        new(() => items, _ => vectors ?? throw new InvalidOperationException("Vectors were not to be asked for."), () => ScoreScale.Unfitted);

    [Fact]
    public void Exact_groups_share_their_bytes_and_keep_the_largest()
    {
        GalleryItem[] items =
        [
            Items.Make(1, "/a.jpg", hash: "x", modified: new DateTime(2021, 1, 1)),
            Items.Make(2, "/b.jpg", hash: "y"),
            Items.Make(3, "/longer.jpg", hash: "x", modified: new DateTime(2020, 1, 1)),
            Items.Make(4, "/c.jpg", hash: "x", modified: new DateTime(2020, 1, 1)),
        ];
        var group = Assert.Single(Finder(items).Find(DuplicateMethod.Exact));
        Assert.Equal(4, group.Keep.Id);
        Assert.Equal("all else equal, the shortest path", group.Reason);
        Assert.Equal([1, 3], group.Others.Select(other => other.Item.Id));
        Assert.Equal(2000, group.ReclaimableBytes);
    }

    [Theory]
    [InlineData("largest", 2, "the most pixels (800 × 600)")]
    [InlineData("oldest", 3, "the oldest (2019-04-01)")]
    [InlineData("newest", 1, "the newest (2020-01-01)")]
    [InlineData("path:**/originals/**", 4, "its path matches **/originals/**")]
    [InlineData("path:nowhere", 2, "the most pixels (800 × 600)")]
    public void The_policy_chooses_what_is_kept(string policy, long kept, string reason)
    {
        GalleryItem[] items =
        [
            Items.Make(1, "/a.jpg", hash: "x"),
            Items.Make(2, "/b.jpg", hash: "x", width: 800, height: 600, taken: new DateTime(2019, 6, 1)),
            Items.Make(3, "/c.jpg", hash: "x", taken: new DateTime(2019, 4, 1)),
            Items.Make(4, "/x/Originals/d.jpg", hash: "x", taken: new DateTime(2019, 5, 1)),
        ];
        var keep = KeepPolicy.Parse(policy);
        Assert.Equal(policy, keep.Name);
        var group = Assert.Single(Finder(items).Find(DuplicateMethod.Exact, new DuplicateOptions { Keep = keep }));
        Assert.Equal(kept, group.Keep.Id);
        Assert.Equal(reason, group.Reason);
        Assert.Equal(3, group.Others.Count);
    }

    [Theory]
    [InlineData("biggest")]
    [InlineData("path:")]
    public void An_unknown_policy_is_refused_with_the_choices(string policy) =>
        Assert.Contains("largest, oldest, newest or path:GLOB", Assert.Throws<GalleryException>(() => KeepPolicy.Parse(policy)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_chain_is_cut_where_its_ends_differ()
    {
        // 1 ~ 2 ~ 3 by 4 bits each, 1 and 3 are 8 apart; 1 is kept as the largest.
        GalleryItem[] items =
        [
            Items.Make(1, pHash: Photo, dHash: Photo, width: 2000),
            Items.Make(2, pHash: Photo ^ 0x0F, dHash: Photo ^ 0x0F, width: 1000),
            Items.Make(3, pHash: Photo ^ 0xFF, dHash: Photo ^ 0xFF, width: 500),
        ];
        var group = Assert.Single(Finder(items).Find(DuplicateMethod.Near, new DuplicateOptions { MaxHamming = 5 }));
        Assert.Equal(1, group.Keep.Id);
        Assert.Equal([2], group.Others.Select(other => other.Item.Id));
        Assert.Equal("pHash 4 and dHash 4 of 64 bits apart", group.Others[0].Why);
    }

    [Fact]
    public void Both_hashes_must_agree()
    {
        GalleryItem[] items = [Items.Make(1, pHash: Photo, dHash: Photo), Items.Make(2, pHash: Photo, dHash: ~Photo), Items.Make(3, pHash: ~Photo, dHash: Photo)];
        Assert.Empty(Finder(items).Find(DuplicateMethod.Near));
    }

    /// <summary>Multi-index hashing against looking at every pair, with clusters of near codes, for radii with and without an index.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(20)]
    public void Near_finds_exactly_the_pairs_that_brute_force_finds(int radius)
    {
        var random = new Random(radius);
        var items = new List<GalleryItem>();
        for (var cluster = 0; cluster < 60; cluster++)
        {
            var (p, d) = ((ulong)random.NextInt64(), (ulong)random.NextInt64());
            for (var i = 0; i < 5; i++)
                items.Add(Items.Make(items.Count + 1, pHash: Flip(p, random.Next(14)), dHash: Flip(d, random.Next(14))));
        }
        var neighbours = new Semblance.Duplicates.HashNeighbours(items, radius, (_, _) => true);
        var pairs = 0;
        for (var a = 0; a < items.Count; a++)
        {
            var expected = Enumerable.Range(0, items.Count).Where(b => b != a && Distance(items[a], items[b]) <= radius).ToArray();
            var found = neighbours.Near(a);
            Assert.Equal(expected, found.Select(neighbour => neighbour.Position).Order());
            Assert.All(found, neighbour => Assert.Equal(Distance(items[a], items[neighbour.Position]), neighbour.Distance));
            pairs += expected.Length;
        }
        Assert.True(radius < 10 || pairs > 100);

        ulong Flip(ulong code, int bits)
        {
            for (var i = 0; i < bits; i++)
                code ^= 1ul << random.Next(64);
            return code;
        }
    }

    private static int Distance(GalleryItem a, GalleryItem b) =>
        Math.Max(BitOperations.PopCount(a.PHash ^ b.PHash), BitOperations.PopCount(a.DHash ^ b.DHash));

    [Fact]
    public void Embedding_takes_its_threshold_from_the_scale_and_skips_pictures_without_a_vector()
    {
        // Angles in degrees: cos 10° = .985 passes .97, cos 20° = .940 does not.
        double[] angles = [0, 10, 20, 90, 95];
        var vectors = Matrix.FromRows([.. angles.Select(angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) })]);
        long[] ids = [11, 12, 13, 14, 15];
        var items = ids.Select(id => Items.Make(id, width: (int)(3000 - id))).Append(Items.Make(16)).ToArray();
        var groups = Finder(items, (ids, vectors)).Find(DuplicateMethod.Embedding);
        Assert.Equal([11, 14], groups.Select(group => group.Keep.Id));
        Assert.Equal([12], groups[0].Others.Select(other => other.Item.Id));
        Assert.Equal("score 0.985", groups[0].Others[0].Why);
        Assert.Equal([15], groups[1].Others.Select(other => other.Item.Id));
        var wide = Finder(items, (ids, vectors)).Find(DuplicateMethod.Embedding, new DuplicateOptions { MinScore = 0.9f });
        Assert.Equal([12, 13], wide[0].Others.Select(other => other.Item.Id));
    }

    [Fact]
    public void Grouping_agrees_with_a_naive_one_over_many_pictures()
    {
        var random = new Random(5);
        var items = Enumerable.Range(1, 1500)
            .Select(id => Items.Make(id, width: random.Next(1, 50), pHash: Photo ^ (ulong)random.Next(64), dHash: Photo ^ (ulong)random.Next(64)))
            .ToArray();
        var expected = new List<string>();
        var left = items.OrderBy(item => item, KeepPolicy.Largest).ToList();
        while (left.Count > 0)
        {
            var kept = left[0];
            var others = left.Where(other => other != kept && Distance(kept, other) <= 1).ToArray();
            if (others.Length > 0)
                expected.Add($"{kept.Id}: {string.Join(' ', others.Select(other => other.Id).Order())}");
            left.RemoveAll(item => item == kept || others.Contains(item));
        }
        var groups = Finder(items).Find(DuplicateMethod.Near, new DuplicateOptions { MaxHamming = 1 });
        Assert.Equal(
            expected.Order(),
            groups.Select(group => $"{group.Keep.Id}: {string.Join(' ', group.Others.Select(other => other.Item.Id).Order())}").Order());
    }

    [Fact]
    public void Real_photos_find_their_recompressed_and_reduced_copies_and_nothing_else()
    {
        if (SharedData.Find("caltech101") is not { } folder)
            return;
        var files = Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Where(path => !path.EndsWith("Faces_easy", StringComparison.Ordinal))
            .Take(60).Select(path => Directory.GetFiles(path).Order(StringComparer.Ordinal).First()).ToArray();
        using var copies = new TemporaryFolder();
        var items = new List<GalleryItem>();
        foreach (var file in files)
        {
            var picture = PictureDecoder.Shared.DecodeFile(file).Picture!;
            var copy = copies[$"{items.Count}.jpg"];
            File.WriteAllBytes(copy, PictureBytes.Jpeg(picture.Resize(picture.Width / 2, picture.Height / 2), 40));
            foreach (var (path, one) in new[] { (file, picture), (copy, PictureDecoder.Shared.DecodeFile(copy).Picture!) })
            {
                var id = items.Count + 1;
                items.Add(Items.Make(id, path, width: one.Width, height: one.Height, pHash: PerceptualHash.PHash(one), dHash: PerceptualHash.DHash(one)));
            }
        }
        var groups = Finder(items).Find(DuplicateMethod.Near);
        Assert.Equal(files.Length, groups.Count);
        Assert.All(groups, group => Assert.Equal(group.Keep.Id + 1, Assert.Single(group.Others).Item.Id));
    }

    [Fact]
    public void Can_be_cancelled() =>
        Assert.Throws<OperationCanceledException>(() => Finder([Items.Make(1), Items.Make(2)]).Find(DuplicateMethod.Near, null, new CancellationToken(canceled: true)));
}
