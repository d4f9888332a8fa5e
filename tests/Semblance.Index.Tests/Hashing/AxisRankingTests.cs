using Semblance.Index.Hashing;
using Semblance.Index.Tests.Conformance;
using Xunit;

namespace Semblance.Index.Tests.Hashing;

public sealed class AxisRankingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Axes_are_ranked_by_their_coordinate(int axes)
    {
        var rotated = NaiveVectors.Gaussian(1, axes, axes).Row(0).ToArray();
        // The coordinate of the query on every signed axis.
        var expected = Enumerable.Range(0, 2 * axes).OrderByDescending(code => code % 2 == 0 ? rotated[code / 2] : -rotated[code / 2]).ToArray();
        var ranking = new AxisRanking(rotated);
        Assert.Equal(2 * axes, ranking.Count);
        Assert.Equal(expected, Enumerable.Range(0, 2 * axes).Select(ranking.Code));
        double Coordinate(int code) => code % 2 == 0 ? rotated[code / 2] : -rotated[code / 2];
        for (var rank = 0; rank < expected.Length; rank++)
            Assert.Equal(Math.Pow(Coordinate(expected[0]) - Coordinate(expected[rank]), 2), ranking.Cost(rank), 1e-5);
    }
}
