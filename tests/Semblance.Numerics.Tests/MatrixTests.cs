using Xunit;

namespace Semblance.Numerics.Tests;

public sealed class MatrixTests
{
    [Fact]
    public void Rows_ranges_and_slices_are_views_of_the_same_memory()
    {
        var matrix = new Matrix(Enumerable.Range(0, 20).Select(i => (float)i).ToArray(), 5, 4);
        Assert.Equal([8, 9, 10, 11], matrix.Row(2));
        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11], matrix.RowRange(1, 2));
        var slice = matrix.Slice(1, 3);
        slice[1, 2] = -1;
        Assert.Equal(-1, matrix[2, 2]);
        Assert.Equal(-1, slice.Slice(1, 2).RowRange(0, 1)[2]);
        Assert.Equal([8, 9, -1, 11], ((IVectorRows)slice).Read(1, 1, []));
        Assert.Equal(20L, (long)matrix.Length);
        Assert.Equal(0, matrix.RowRange(5, 0).Length);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 6)]
    [InlineData(5, 1)]
    [InlineData(2, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Rows_that_are_not_there_are_refused(int start, int count)
    {
        var matrix = new Matrix(5, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(start, count));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.RowRange(start, count).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((IVectorRows)matrix).Read(start, count, new float[100]).Length);
    }

    [Fact]
    public void Memory_that_is_too_small_for_a_view_is_refused_in_numbers()
        => Assert.Contains("needs 6000000000 floats", Assert.Throws<ArgumentException>(() => new Matrix(new float[8], 3_000_000, 2_000)).Message);

    /// <summary>9 GB of addresses, of which a few pages are touched.</summary>
    [Fact]
    public void More_elements_than_a_span_holds_are_addressed_row_by_row()
    {
        const int Rows = 2_200_000;
        const int Columns = 1_024;
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 10L << 30, "The runtime is not allowed 9 GB of addresses.");
        var before = Environment.WorkingSet;
        var matrix = new Matrix(Rows, Columns);
        Assert.Equal(2_252_800_000L, (long)matrix.Length);
        // The neighbours of the 2³¹st element and the ends; each row gets a value of its own, so none may lie where another does.
        int[] places = [0, 1, 1_048_575, 2_097_150, 2_097_151, 2_097_152, 2_097_153, Rows - 2, Rows - 1];
        foreach (var i in places)
            matrix.Row(i).Fill(i + 0.5f);
        foreach (var i in places)
        {
            Assert.Equal(i + 0.5f, matrix[i, 0]);
            Assert.Equal(i + 0.5f, matrix[i, Columns - 1]);
            Assert.Equal(i + 0.5f, matrix.Slice(i, 1).Span[Columns - 1]);
            Assert.Equal(i + 0.5f, matrix.RowRange(i, 1)[0]);
        }
        Assert.Equal(0, matrix[2_097_154, 0]);
        Assert.Equal(0, matrix[Rows - 3, Columns - 1]);

        // A slice may be small and far out, or too large itself; both see the same memory.
        var tail = matrix.Slice(2_097_151, 3);
        Assert.Equal(2_097_152.5f, tail.Memory.Span[Columns]);
        var most = matrix.Slice(2, Rows - 2);
        Assert.Equal(Rows - 0.5f, most[Rows - 3, 7]);
        most.Slice(Rows - 4, 2)[1, 3] = 77;
        Assert.Equal(77, matrix[Rows - 1, 3]);
        using (var pinned = tail.Memory.Pin())
        {
            unsafe
            {
                Assert.Equal(2_097_151.5f, ((float*)pinned.Pointer)[0]);
            }
        }

        // Products go by address.
        var product = new Matrix(3, 3);
        MatrixProduct.GramOfRows(tail, product);
        Assert.Equal(2_097_151.5 * 2_097_153.5 * Columns, product[0, 2], 1e10);
        Assert.Throws<ArgumentException>(() => MatrixProduct.GramOfRows(tail, matrix.Slice(2_097_153, 1)));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(matrix, new Matrix(Columns, Columns), most));

        Assert.Contains("2252800000 elements", Assert.Throws<InvalidOperationException>(() => matrix.Span.Length).Message);
        Assert.Throws<InvalidOperationException>(() => most.Memory.Length);
        Assert.Contains("take fewer", Assert.Throws<ArgumentOutOfRangeException>(() => matrix.RowRange(0, 2_100_000).Length).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Row(Rows).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => most.Slice(Rows - 3, 2));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 1L << 30);
    }

    [Fact]
    public void A_product_over_a_depth_beyond_a_span_reads_the_last_rows()
    {
        const int Rows = 2_200_000;
        const int Columns = 1_024;
        Assert.SkipWhen(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 10L << 30, "The runtime is not allowed 9 GB of addresses.");
        var matrix = new Matrix(Rows, Columns);
        var weights = new Matrix(1, Rows);
        foreach (var i in (int[])[5, 2_097_160, Rows - 1])
        {
            matrix.Row(i).Fill(i);
            weights[0, i] = 2;
        }
        // Pages never written are the system's one page of zeros, so reading all rows takes no memory either.
        var sums = new Matrix(1, Columns);
        MatrixProduct.Multiply(weights, matrix, sums, threads: 2);
        Assert.All(sums.Row(0).ToArray(), sum => Assert.Equal(2.0 * (5 + 2_097_160 + Rows - 1), sum, 1.0));
    }
}
