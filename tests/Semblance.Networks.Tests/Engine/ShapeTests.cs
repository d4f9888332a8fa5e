using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class ShapeTests
{
    [Fact]
    public void Sizes_are_counted_from_either_end()
    {
        Shape shape = [16, 7, 5, 320];
        Assert.Equal(4, shape.Rank);
        Assert.Equal(16 * 7 * 5 * 320, (int)shape.Length);
        Assert.Equal(320, shape[-1]);
        Assert.Equal(7, shape[1]);
        Assert.Equal(320, shape.Channels);
        Assert.Equal(16 * 7 * 5, (int)shape.Rows);
        Assert.Equal(35, (int)shape.Product(1, 3));
        Assert.Equal("[16, 7, 5, 320]", shape.ToString());
    }

    [Fact]
    public void Shapes_are_compared_by_their_sizes()
    {
        Shape left = [2, 3], right = [2, 3], longer = [2, 3, 1];
        Assert.True(left == right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.True(left != longer);
        Assert.Equal([2, 9], left.With(-1, 9));
    }

    [Fact]
    public void No_axis_an_axis_of_nothing_and_a_seventh_axis_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Shape([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape([2, 0]));
        Assert.Throws<ArgumentException>(() => new Shape([1, 1, 1, 1, 1, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape([2, 3])[2]);
    }

    [Fact]
    public void Large_shapes_do_not_overflow() => Assert.Equal(1L << 40, new Shape([1 << 20, 1 << 20]).Length);
}
