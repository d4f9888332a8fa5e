using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class FlattenTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Passes_every_check(bool channelsFirst)
    {
        LayerCheck.All(() => new Flatten { ChannelsFirst = channelsFirst }, [[3, 5, 4, 7]]);
        LayerCheck.All(() => new Flatten { ChannelsFirst = channelsFirst }, [[3, 5, 4]]);
        LayerCheck.All(() => new Flatten { ChannelsFirst = channelsFirst }, [[3, 5]]);
    }

    [Fact]
    public void Channels_come_first_if_asked_for()
    {
        var network = LayerCheck.Single(new Flatten { ChannelsFirst = true }, [1, 1, 2, 3]);
        using var run = network.Prepare(1);
        new float[] { 1, 2, 3, 4, 5, 6 }.CopyTo(run.Input("in0").Span);
        run.Forward();
        Assert.Equal([1, 4, 2, 5, 3, 6], run.Output("out0").Span.ToArray());
    }
}
