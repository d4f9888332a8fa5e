using Semblance.Index.Graph;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Index.Tests.Graph;

public sealed unsafe class GraphWalkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    [InlineData(300)]
    public void Pool_holds_the_least_keys_in_order(int ef)
    {
        var random = new SeededRandom(1);
        var pool = new ulong[ef + GraphWalk.SearchWindow + 16];
        Array.Fill(pool, GraphWalk.NoKey);
        var expected = new SortedSet<ulong>();
        var nodes = new int[20];
        var distances = new int[20];
        var size = 0;
        fixed (ulong* p = pool)
        fixed (int* n = nodes)
        fixed (int* d = distances)
        {
            for (var batch = 0; batch < 60; batch++)
            {
                var count = random.NextInt(17);
                var before = pool[..size];
                for (var i = 0; i < count; i++)
                {
                    nodes[i] = (batch * 17) + i;
                    // Equal distances occur.
                    distances[i] = random.NextInt(400);
                    expected.Add(GraphWalk.Key(distances[i], nodes[i]));
                }
                var lowest = GraphWalk.Insert(p, ref size, ef, n, d, count);
                Assert.Equal(expected.Take(ef), pool[..size]);
                Assert.All(pool[size..(ef + GraphWalk.SearchWindow)], key => Assert.Equal(GraphWalk.NoKey, key));
                // What is said to be unchanged is.
                Assert.Equal(before[..Math.Min(lowest, before.Length)], pool[..Math.Min(lowest, before.Length)]);
            }
        }
    }
}
