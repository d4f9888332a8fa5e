using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Networks.Tests.Kernels;

public sealed unsafe class ColumnSumsTests
{
    public static TheoryData<string> Widths => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_width_of_matrix_is_summed(string name)
    {
        var random = new SeededRandom(1);
        using var team = new WorkerTeam(2);
        var simd = SimdWidth<float>.Available.Single(width => width.Name == name);
        for (var columns = 1; columns <= 140; columns++)
        {
            var rows = random.NextInt(600);
            var accumulate = columns % 2 == 0;
            var matrix = new float[rows * columns];
            foreach (ref var number in matrix.AsSpan())
                number = random.NextInt(200) - 100;
            var sums = new float[columns + 1];
            sums.AsSpan().Fill(3);
            fixed (float* from = matrix, to = sums)
                ColumnSums<float>.Run(from, rows, columns, to, accumulate, simd, team);
            for (var j = 0; j < columns; j++)
            {
                var expected = accumulate ? 3.0 : 0;
                for (var i = 0; i < rows; i++)
                    expected += matrix[(i * columns) + j];
                Assert.Equal(expected, sums[j]);
            }
            Assert.Equal(3, sums[columns]);
        }
    }
}
