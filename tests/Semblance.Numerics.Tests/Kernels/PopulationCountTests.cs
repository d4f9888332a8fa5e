using Semblance.Numerics.Kernels;
using Xunit;

namespace Semblance.Numerics.Tests.Kernels;

public sealed unsafe class PopulationCountTests
{
    [Fact]
    public void Scattered_distances_count_the_differing_bits_one_by_one()
    {
        const int Codes = 20;
        var random = new SeededRandom(1);
        for (var words = 1; words <= 9; words++)
        {
            var query = Words(random, words);
            var codes = Words(random, words * Codes);
            codes.AsSpan(3 * words, words).Clear();
            query.CopyTo(codes.AsSpan(5 * words));
            for (var count = 0; count <= Codes; count++)
            {
                var indexes = new int[Codes];
                foreach (ref var index in indexes.AsSpan())
                    index = random.NextInt(Codes);
                var distances = new int[Codes + 1];
                distances[count] = -7;
                fixed (ulong* q = query, c = codes)
                fixed (int* i = indexes, d = distances)
                    PopulationCount.HammingScattered(q, c, words, i, count, d);
                for (var row = 0; row < count; row++)
                    Assert.Equal(Differing(query, codes.AsSpan(indexes[row] * words, words)), distances[row]);
                Assert.Equal(-7, distances[count]);
            }
        }
    }

    private static int Differing(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var count = 0;
        for (var bit = 0; bit < a.Length * 64; bit++)
            count += (a[bit / 64] >> (bit % 64) & 1) != (b[bit / 64] >> (bit % 64) & 1) ? 1 : 0;
        return count;
    }

    private static ulong[] Words(SeededRandom random, int count)
    {
        var words = new ulong[count];
        foreach (ref var word in words.AsSpan())
            word = random.NextUInt64();
        return words;
    }
}
