using Semblance.Index.InvertedFile;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.InvertedFile;

public sealed class ShortlistTests
{
    [Fact]
    public void Keeps_the_smallest_keys_and_few_more()
    {
        var shortlist = new Shortlist();
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new SeededRandom(seed);
            var keys = new float[2000];
            // Keys over a few octaves, some of them zero.
            foreach (ref var key in keys.AsSpan())
                key = random.NextInt(20) == 0 ? 0 : (float)Math.Exp((4 * random.NextDouble()) - 2) * 1000;
            var wanted = 1 + random.NextInt(300);
            shortlist.Start(wanted);
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i] < shortlist.Threshold)
                    shortlist.Add(keys[i], i);
            }
            var kept = shortlist.Finish().ToArray().Select(Shortlist.Number).ToHashSet();
            var bound = keys.Order().ElementAt(wanted - 1);
            var zeros = keys.Count(key => key == 0);
            Assert.All(Enumerable.Range(0, keys.Length).Where(i => keys[i] < bound), i => Assert.Contains(i, kept));
            Assert.InRange(kept.Count, wanted, Math.Max(zeros, (int)(wanted * 1.1) + 10));
        }
    }

    [Fact]
    public void Fewer_than_wanted_are_all_kept()
    {
        var shortlist = new Shortlist();
        shortlist.Start(100);
        for (var i = 0; i < 100; i++)
            shortlist.Add(-5 + i, i);
        Assert.Equal(100, shortlist.Finish().Length);
    }
}
