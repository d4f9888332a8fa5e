using Semblance.Cli.Frame;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class WordDistanceTests
{
    [Theory]
    [InlineData("serach", "search")]
    [InlineData("indx", "index")]
    [InlineData("tgas", "tags")]
    [InlineData("xyzzy", null)]
    [InlineData("snap", "snapshot")]
    [InlineData("ab", null)]
    public void The_word_meant_is_the_nearest_or_the_one_that_was_begun(string typed, string? meant)
        => Assert.Equal(meant, WordDistance.Nearest(typed, ["search", "index", "tags", "snapshot"]));

    [Fact]
    public void Of_words_equally_near_the_first_is_named()
    {
        Assert.Equal("tags", WordDistance.Nearest("tag1", ["tags", "tagx", "tag"]));
        Assert.Equal("tag", WordDistance.Nearest("tag1", ["tag", "tagx", "tags"]));
    }
}
