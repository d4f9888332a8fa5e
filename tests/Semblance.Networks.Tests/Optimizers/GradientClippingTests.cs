using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Optimizers;

public sealed class GradientClippingTests
{
    [Fact]
    public void By_norm_all_gradients_shrink_alike()
    {
        var (a, b) = (WithGradient("a.weight", 3, -4), WithGradient("b.weight", 12));
        // torch.nn.utils.clip_grad_norm_(p, 6.5) of the same numbers: 13, [[1.49999988, -1.99999988], [5.99999952]].
        Assert.Equal(13, new GradientClipping([a, b]).ByNorm(6.5), 1e-6);
        Assert.Equal([1.4999999f, -1.9999999f], a.Gradient.ToArray());
        Assert.Equal([5.9999995f], b.Gradient.ToArray());
    }

    [Fact]
    public void By_norm_small_gradients_stay()
    {
        var parameter = WithGradient("a.weight", 3, -4);
        Assert.Equal(5, new GradientClipping([parameter]).ByNorm(6), 1e-6);
        Assert.Equal([3f, -4f], parameter.Gradient.ToArray());
    }

    [Fact]
    public void By_value_each_element_is_cut()
    {
        var parameter = WithGradient("a.weight", 3, -4, 0.5f);
        Assert.Equal(Math.Sqrt(25.25), new GradientClipping([parameter]).ByValue(2), 1e-6);
        Assert.Equal([2f, -2f, 0.5f], parameter.Gradient.ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_parameter_that_is_not_finite_is_named_and_nothing_changes(float bad)
    {
        var parameters = new[] { WithGradient("conv1.weight", 3, -4), WithGradient("conv2.weight", 1, bad), WithGradient("conv3.weight", bad) };
        var failure = Assert.Throws<NotFiniteNumberException>(() => new GradientClipping(parameters).ByNorm(1));
        Assert.Contains("'conv2.weight' of layer 'conv2'", failure.Message, StringComparison.Ordinal);
        Assert.Equal([3f, -4f], parameters[0].Gradient.ToArray());
    }

    [Fact]
    public void Squares_beyond_the_range_are_no_failure()
        => Assert.Equal(Math.Sqrt(2) * 1e30, new GradientClipping([WithGradient("a.weight", 1e30f, 1e30f)]).Norm(), 1e24);

    [Fact]
    public void Frozen_parameters_do_not_count()
    {
        var frozen = WithGradient("a.weight", float.NaN);
        frozen.Trainable = false;
        Assert.Equal(2, new GradientClipping([frozen, WithGradient("b.weight", 2)]).Norm());
    }

    [Fact]
    public void The_norm_does_not_depend_on_the_threads()
    {
        var random = new SeededRandom(4);
        var parameter = WithGradient("a.weight", [.. Enumerable.Range(0, 200_003).Select(_ => (float)random.NextGaussian())]);
        using var team = new WorkerTeam(2);
        var clipping = new GradientClipping([parameter]);
        Assert.Equal(clipping.Norm(), clipping.Norm(team));
        Assert.Equal(Math.Sqrt(parameter.Gradient.ToArray().Sum(g => (double)g * g)), clipping.Norm(), 1e-3);
    }

    private static Parameter WithGradient(string name, params float[] gradient)
    {
        var parameter = new Parameter(name, [gradient.Length], isBuffer: false, decays: true);
        gradient.CopyTo(parameter.Gradient);
        return parameter;
    }
}
