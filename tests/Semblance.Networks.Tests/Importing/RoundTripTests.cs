using Semblance.Networks.Tests.Engine;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Importing;

/// <summary>A network of the engine, written, read and compared with itself: outputs and gradients.</summary>
public sealed class RoundTripTests
{
    private static readonly Dictionary<string, Func<Network>> s_networks = new(StringComparer.Ordinal)
    {
        ["residual blocks"] = () => Pictures(4, (n, x) =>
        {
            var a = n.Add(new BatchNorm { Activation = Activation.Relu6 }, n.Add(new Convolution(6, 3) { Stride = 2 }, x));
            var b = n.Add(new BatchNorm { Activation = Activation.Relu }, n.Add(new Convolution(6, 3) { Groups = 6 }, a), a);
            return n.Add(new GlobalAveragePool(), b);
        }),
        ["activations fused and alone"] = () => Pictures(3, (n, x) =>
        {
            var fused = Enum.GetValues<Activation>().Select(activation => n.Add(new Convolution(5, 1) { Bias = true, Activation = activation }, x));
            var alone = new Layer[] { new Relu(), new Relu6(), new LeakyRelu(0.1), new HardSwish(), new Swish(), new Sigmoid(), new Tanh(), new Gelu(), new HardSigmoid(), new PRelu(), new Clip(-1, 2) }
                .Select(layer => n.Add(layer, n.Add(new Linear(5), x)));
            return n.Add(new Add(), [.. fused, .. alone]);
        }),
        ["squeeze and excitation, generalised mean, unit length"] = () => Pictures(6, (n, x)
            => n.Add(new L2Normalize(), n.Add(new Linear(5), n.Add(new GeMPool(), n.Add(new SqueezeExcitation(2), n.Add(new Relu(), x)))))),
        ["joining, cutting, moving"] = () => Pictures(6, (n, x) =>
        {
            var parts = n.AddAll(new Split(-1, 2, 4), x);
            var joined = n.Add(new Concat(-1), parts[1], n.Add(new Slice(-1, 0, 3), x), parts[0]);
            var padded = n.Add(new Pad(1, 0, 0, 2), n.Add(new Transpose(0, 2, 1, 3), joined));
            return n.Add(new Upsample(2, UpsampleMode.Bilinear), n.Add(new Upsample(2), padded));
        }),
        ["pooling"] = () => Pictures(3, (n, x)
            => n.Add(new AveragePool(2) { Stride = 2, Padding = new Padding(1, 0, 0, 1) }, n.Add(new AveragePool(3) { Stride = 1, Padding = new Padding(1), CountIncludePad = false }, n.Add(new MaxPool(3) { Stride = 2, Padding = new Padding(1) }, x)))),
        ["flattening"] = () => Pictures(3, (n, x) => n.Add(new Linear(4), n.Add(new Flatten { ChannelsFirst = true }, n.Add(new MaxPool(2), x)))),
        ["flattening in the engine's order"] = () => Pictures(3, (n, x) => n.Add(new Linear(4), n.Add(new Flatten(), x))),
        ["attention"] = () => Sequence((n, x) => n.Add(new LayerNorm(), n.Add(new Add(), x, n.Add(new MultiHeadAttention(2), x)))),
        ["layer norm of pictures"] = () => Pictures(5, (n, x) => n.Add(new LayerNorm(), x)),
        ["softmax of rows"] = () => Sequence((n, x) => n.Add(new Softmax(), n.Add(new Linear(4) { Bias = false }, n.Add(new ReduceMean(1), x)))),
        ["scaling"] = () => Pictures(3, (n, x) => n.Add(new Mul(), n.Add(new Scale([1, 2, 3], [0, -1, 1]), x), n.Add(new Sigmoid(), n.Add(new GlobalAveragePool(), x)))),
    };

    public static TheoryData<string> Networks() => [.. s_networks.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_and_gradients_survive_the_file(string name)
    {
        var original = s_networks[name]();
        Disturb(original);
        var copy = OnnxImporter.Import(NetworkExporter.ToOnnx(original));
        var (expected, actual) = (Pass(original), Pass(copy));
        // Layers that the file spells out have parts with parameters of other names.
        foreach (var (what, values) in actual.Where(pair => expected.ContainsKey(pair.Key)))
        {
            var error = LayerCheck.RelativeError(values, [.. expected[what].Select(value => (double)value)]);
            Assert.True(error < 1e-5, $"{what} differs by {error:e2} of the largest");
        }
        Assert.Contains("y", actual.Keys);
        Assert.Contains("gradient of x", actual.Keys);
    }

    [Fact]
    public void The_file_is_the_same_the_second_time()
    {
        var first = NetworkExporter.ToOnnx(s_networks["residual blocks"]());
        var second = NetworkExporter.ToOnnx(OnnxImporter.Import(first));
        Assert.Equal(first.Length, second.Length);
        Assert.Equal(OnnxImporter.Import(first).Parameters.Select(parameter => parameter.Name), OnnxImporter.Import(second).Parameters.Select(parameter => parameter.Name));
    }

    internal static Network Pictures(int channels, Func<Network, Value, Value> make)
    {
        var network = new Network(2);
        network.Output("y", make(network, network.Input("x", [2, 8, 6, channels])));
        return network;
    }

    private static Network Sequence(Func<Network, Value, Value> make)
    {
        var network = new Network(2);
        network.Output("y", make(network, network.Input("x", [2, 5, 6])));
        return network;
    }

    /// <summary>Parameters as after some training: biases, shifts and running statistics are no longer 0 and 1.</summary>
    internal static void Disturb(Network network)
    {
        var random = new SeededRandom(13);
        foreach (var parameter in network.Parameters)
        {
            foreach (ref var value in parameter.Values)
                value = parameter.IsBuffer ? value + (0.2f * random.NextSingle()) : value + (0.1f * (float)random.NextGaussian());
        }
    }

    private static Dictionary<string, float[]> Pass(Network network)
    {
        using var run = network.Prepare(2, new RunOptions { Training = true, InputGradients = true });
        var random = new SeededRandom(19);
        foreach (ref var value in run.Input("x").Span)
            value = (float)random.NextGaussian();
        run.Forward();
        var results = new Dictionary<string, float[]>(StringComparer.Ordinal) { ["y"] = run.Output("y").Span.ToArray() };
        foreach (ref var value in run.OutputGradient("y").Span)
            value = (float)random.NextGaussian();
        run.Backward();
        results["gradient of x"] = run.InputGradient("x").Span.ToArray();
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable && parameter.Name.Contains('.') && parameter.Name.EndsWith("weight", StringComparison.Ordinal)))
            results["gradient of " + parameter.Name] = parameter.Gradient.ToArray();
        return results;
    }
}
