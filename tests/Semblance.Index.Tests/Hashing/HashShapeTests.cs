using Semblance.Index.Hashing;
using Xunit;

namespace Semblance.Index.Tests.Hashing;

public sealed class HashShapeTests
{
    [Theory]
    [InlineData(100_000, 128, null, "128 128", 65536)]
    [InlineData(1_000_000, 128, null, "128 128 4", 524288)]
    [InlineData(100_000, 100, null, "100 100", 40000)]
    [InlineData(100_000, 960, null, "960 17", 65280)]
    [InlineData(100_000, 128, 10, "128 2", 1024)]
    [InlineData(16, 1, null, "1 1 1 1", 16)]
    [InlineData(1, 50, null, "1", 2)]
    public void Last_function_is_cut_so_that_cells_suit_the_rows(int rows, int width, int? bits, string axes, int cells)
    {
        var shape = HashShape.Of(rows, width, tables: 16, bits);
        Assert.Equal(axes, string.Join(' ', shape.Axes));
        Assert.Equal(cells, shape.Cells);
    }

    [Fact]
    public void All_tables_fit_one_array()
    {
        Assert.True((long)HashShape.Of(int.MaxValue, 128, 1024, 26).Cells * 1024 < int.MaxValue);
        Assert.True((long)HashShape.Of(int.MaxValue, 3, 1, null).Cells < int.MaxValue);
    }
}
