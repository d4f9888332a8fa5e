using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class ActivationTests
{
    private static readonly Dictionary<string, Func<Layer>> s_layers = new(StringComparer.Ordinal)
    {
        ["relu6"] = () => new Relu6(),
        ["leaky"] = () => new LeakyRelu(0.2),
        ["prelu"] = () => new PRelu(),
        ["gelu"] = () => new Gelu(),
        ["hard swish"] = () => new HardSwish(),
        ["hard sigmoid"] = () => new HardSigmoid(),
        ["sigmoid"] = () => new Sigmoid(),
        ["swish"] = () => new Swish(),
        ["tanh"] = () => new Tanh(),
        ["softmax"] = () => new Softmax(),
        ["log softmax"] = () => new LogSoftmax(),
        ["l2"] = () => new L2Normalize(),
        ["layer norm"] = () => new LayerNorm(),
    };

    public static TheoryData<string> Names => [.. s_layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_function_passes_every_check(string name)
    {
        LayerCheck.All(s_layers[name], [[3, 5, 4, 7]], Wide);
        LayerCheck.All(s_layers[name], [[4, 37]], Wide);
        LayerCheck.All(s_layers[name], [[2, 3, 24]], Wide);
    }

    // As wide as the knees of the functions at ±3 and 6.
    private static void Wide(int input, Span<double> values, SeededRandom random)
    {
        foreach (ref var value in values)
            value = (float)(random.NextGaussian() * 3);
    }
}
