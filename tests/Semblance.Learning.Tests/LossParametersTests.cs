using System.Numerics;
using Semblance.Networks;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class LossParametersTests
{
    [Fact]
    public void Gradients_of_a_losss_own_parameters_are_those_of_central_differences()
    {
        LossCheck.All(new Tempered(4, factor: 0.7), rows: 9, columns: 4, classes: 4);
        LossCheck.All(new SoftmaxCrossEntropy { LabelSmoothing = 0.1 }, rows: 6, columns: 5, classes: 5);
    }

    /// <summary>The check itself: a derivative that is off by a thousandth is found out.</summary>
    [Fact]
    public void A_wrong_gradient_of_a_parameter_is_found()
        => Assert.Contains("factor [2]", Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => LossCheck.All(new SlightlyWrong(), rows: 9, columns: 4, classes: 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void In_single_precision_they_are_the_parameters_themselves_and_in_double_copies()
    {
        var parameter = Parameter.Create("proxies", [2, 3], Initializers.Constant(0.5f), new SeededRandom(0));
        var single = new LossParameters<float>([parameter]);
        single.Values(parameter)[4] = 3;
        single.Gradient(parameter)[1] = -2;
        Assert.Equal(3, parameter.Values[4]);
        Assert.Equal(-2, parameter.Gradient[1]);

        var exact = new LossParameters<double>([parameter]);
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 3, 0.5], exact.Values(parameter).ToArray());
        exact.Values(parameter)[0] = 9;
        exact.Gradient(parameter)[0] = 9;
        Assert.Equal(0.5f, parameter.Values[0]);
        Assert.Equal(0, parameter.Gradient[0]);
    }

    [Fact]
    public void A_parameter_of_another_loss_is_refused_by_name()
    {
        var (own, other) = (Parameter.Create("own", [1], Initializers.Constant(1), new SeededRandom(0)), Parameter.Create("other", [1], Initializers.Constant(1), new SeededRandom(0)));
        Assert.Contains("'other' is no parameter of this loss; it has own.", Assert.Throws<ArgumentException>(() => new LossParameters<float>([own]).Values(other).Length).Message, StringComparison.Ordinal);
        Assert.Contains("it has none", Assert.Throws<ArgumentException>(() => new LossParameters<double>([]).Gradient(other).Length).Message, StringComparison.Ordinal);
    }

    private sealed class SlightlyWrong : ILoss
    {
        private readonly Tempered _inner = new(4);

        public IReadOnlyList<Parameter> Parameters => _inner.Parameters;

        public double Compute<T>(ReadOnlySpan<T> outputs, ReadOnlySpan<int> labels, Span<T> gradient, LossParameters<T> parameters)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var loss = _inner.Compute(outputs, labels, gradient, parameters);
            parameters.Gradient(Parameters[0])[2] *= T.CreateTruncating(1.001);
            return loss;
        }
    }
}
