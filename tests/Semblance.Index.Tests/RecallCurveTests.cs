using Xunit;

namespace Semblance.Index.Tests;

public sealed class RecallCurveTests
{
    private static readonly RecallCurve s_curve = new(10, 1000, [new(1, 0.5f, 1), new(4, 0.9f, 2), new(16, 0.98f, 4)]);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5f, 1)]
    [InlineData(0.51f, 4)]
    [InlineData(0.9f, 4)]
    [InlineData(0.98f, 16)]
    [InlineData(0.99f, 16)]
    public void The_smallest_effort_that_reaches_the_target_is_enough_at_equality_too(float target, int effort)
        => Assert.Equal(effort, s_curve.EffortFor(target));

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.5 + (0.4 / 3))]
    [InlineData(4, 0.9)]
    [InlineData(10, 0.94)]
    [InlineData(16, 0.98)]
    [InlineData(99, 0.98)]
    public void Recall_between_the_measured_efforts_is_on_the_straight_line(int effort, double recall)
        => Assert.Equal(recall, s_curve.RecallAt(effort), 1e-6);
}
