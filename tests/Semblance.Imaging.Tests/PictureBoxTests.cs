using Xunit;

namespace Semblance.Imaging.Tests;

public sealed class PictureBoxTests
{
    [Theory]
    [InlineData("1,2,3,4", 1, 2, 3, 4)]
    [InlineData(" 0, 0 ,10,20 ", 0, 0, 10, 20)]
    public void Four_whole_numbers_are_a_box(string text, int x, int y, int width, int height)
    {
        Assert.True(PictureBox.TryParse(text, out var box));
        Assert.Equal(new PictureBox(x, y, width, height), box);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1,2,3")]
    [InlineData("1,2,3,4,5")]
    [InlineData("1,2,0,4")]
    [InlineData("1,2,3,0")]
    [InlineData("1,2,3,-4")]
    [InlineData("-1,2,3,4")]
    [InlineData("1.5,2,3,4")]
    [InlineData("a,b,c,d")]
    [InlineData("99999999999,2,3,4")]
    public void Anything_else_is_none(string? text) => Assert.False(PictureBox.TryParse(text, out _));

    [Fact]
    public void Within_cuts_at_the_edges()
    {
        Assert.Equal(new PictureBox(90, 0, 10, 5), new PictureBox(90, 0, 50, 5).Within(100, 100));
        Assert.Equal(new PictureBox(5, 5, 95, 95), new PictureBox(5, 5, int.MaxValue, int.MaxValue).Within(100, 100));
        Assert.Null(new PictureBox(100, 0, 5, 5).Within(100, 100));
    }
}
