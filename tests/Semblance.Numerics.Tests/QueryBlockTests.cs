using Semblance.Numerics.Products;
using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class QueryBlockTests
{
    public static TheoryData<string> Names => [.. QueryTileKernels.Available.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_at_or_below_the_threshold_are_marked(string name)
    {
        var kernel = QueryTileKernels.Choose(name);
        var random = new SeededRandom(1);
        foreach (var dimension in new[] { 1, 2, 3, 7, 16, 31, 64, 100 })
        {
            for (var count = 1; count <= kernel.Columns; count += count < 4 ? 1 : 5)
            {
                // Small whole numbers: sums are exact in any order, and many lie on the threshold itself.
                var queries = Whole(random, count * dimension);
                var rows = Whole(random, 19 * dimension);
                var offsets = Whole(random, 19);
                var thresholds = Whole(random, count);
                var block = new QueryBlock(kernel, queries, dimension);
                Assert.Equal(count, block.Count);
                for (var length = 0; length <= 19; length++)
                {
                    var masks = new uint[length];
                    Array.Fill(masks, uint.MaxValue);
                    block.Select(rows.AsSpan(0, length * dimension), offsets.AsSpan(0, length), thresholds, masks);
                    for (var row = 0; row < length; row++)
                    {
                        uint expected = 0;
                        for (var query = 0; query < count; query++)
                        {
                            var value = offsets[row] - Enumerable.Range(0, dimension).Sum(i => rows[(row * dimension) + i] * queries[(query * dimension) + i]);
                            expected |= value <= thresholds[query] ? 1u << query : 0;
                        }
                        Assert.Equal(expected, masks[row]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Products_that_are_no_numbers_are_never_marked()
    {
        var block = new QueryBlock([1, float.NaN], 1);
        var masks = new uint[2];
        block.Select([float.NaN, 1], [0, 0], [float.PositiveInfinity, float.PositiveInfinity], masks);
        Assert.Equal([0u, 1u], masks);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new QueryBlock(new float[7], 2));
        Assert.Throws<ArgumentException>(() => new QueryBlock([], 2));
        Assert.Throws<ArgumentException>(() => new QueryBlock(new float[2 * (QueryBlock.Width + 1)], 2));
        var block = new QueryBlock(new float[4], 2);
        Assert.Throws<ArgumentException>(() => block.Select(new float[4], new float[1], new float[2], new uint[2]));
        Assert.Throws<ArgumentException>(() => block.Select(new float[3], new float[2], new float[2], new uint[2]));
        Assert.Throws<ArgumentException>(() => block.Select(new float[4], new float[2], new float[3], new uint[2]));
    }

    private static float[] Whole(SeededRandom random, int length)
    {
        var vector = new float[length];
        foreach (ref var x in vector.AsSpan())
            x = random.NextInt(7) - 3;
        return vector;
    }
}
