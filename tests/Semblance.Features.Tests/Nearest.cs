using Semblance.Numerics;
using Xunit;

namespace Semblance.Features.Tests;

/// <summary>Rows 2i and 2i + 1 belong together: the nearest other row of each should be its partner.</summary>
internal static class Nearest
{
    internal static void AssertIsTheOtherOfThePair(Matrix vectors, int allowedMisses)
    {
        var misses = 0;
        for (var i = 0; i < vectors.Rows; i++)
        {
            var best = -1;
            for (var j = 0; j < vectors.Rows; j++)
            {
                if (j != i && (best < 0 || Distance(vectors, i, j) < Distance(vectors, i, best)))
                    best = j;
            }
            if (best != (i ^ 1))
                misses++;
        }
        Assert.InRange(misses, 0, allowedMisses);
    }

    private static double Distance(Matrix vectors, int i, int j)
    {
        var sum = 0.0;
        for (var k = 0; k < vectors.Columns; k++)
            sum += Math.Pow(vectors[i, k] - vectors[j, k], 2);
        return sum;
    }
}
