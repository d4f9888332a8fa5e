using Semblance.Numerics;

namespace Semblance.Networks.Tests.Engine;

/// <summary>
/// Small networks drawn from a seed: branches, shortcuts, shared layers, several outputs. They hold no layer that stops a gradient, so that
/// central differences see what the backward pass computes.
/// </summary>
internal sealed class RandomNetwork
{
    // Few channels, so that shapes meet often enough to be added.
    private static readonly int[] s_widths = [4, 6];

    private readonly SeededRandom _random;
    private readonly List<Value> _pictures = [];
    private readonly List<(Layer Layer, int Channels)> _shareable = [];

    private RandomNetwork(int seed) => _random = new SeededRandom(1000 + seed);

    private Network Network { get; } = new(seed: 2);

    public static Network Draw(int seed)
    {
        var drawn = new RandomNetwork(seed);
        drawn.DrawInputs();
        var steps = 7 + drawn._random.NextInt(6);
        for (var i = 0; i < steps; i++)
            drawn.DrawStep();
        drawn.DrawOutputs();
        // Parameters away from their first values, where scales are 1 and shifts 0.
        foreach (var parameter in drawn.Network.Parameters)
        {
            foreach (ref var value in parameter.Values)
                value += parameter.IsBuffer ? 0 : 0.2f * (float)drawn._random.NextGaussian();
        }
        return drawn.Network;
    }

    private void DrawInputs()
    {
        var size = 5 + _random.NextInt(2);
        var channels = Pick(s_widths);
        var a = Network.Input("a", [3, size, 5, channels]);
        // Every value depends on all inputs, or some would have no gradient.
        _pictures.Add(_random.NextInt(3) == 0 ? Network.Add(new Add(), a, Network.Input("b", [3, size, 5, channels])) : a);
    }

    private void DrawStep()
    {
        var x = PickPicture();
        var shape = x.Shape;
        switch (_random.NextInt(13))
        {
            case 0 or 1:
                Keep(Network.Add(Share(DrawConvolution(shape.Channels), shape.Channels), x));
                break;
            case 2 or 3:
                Keep(Network.Add(Share(DrawNormalization(), shape.Channels), x));
                break;
            case 4:
                var shortcut = SameShape(x);
                Keep(Network.Add(DrawNormalization(), x, shortcut));
                break;
            case 5:
                Keep(Network.Add(DrawFunction(), x));
                break;
            case 6:
                Keep(Network.Add(new Add(), x, SameShape(x)));
                break;
            case 7:
                Keep(Network.Add(new Concat(), x, SameShape(x)));
                break;
            case 8 when shape[1] > 2:
                Keep(Network.Add(DrawPool(), x));
                break;
            case 9 when shape.Channels > 1:
                foreach (var half in Network.AddAll(new Split(-1, shape.Channels / 2, shape.Channels - (shape.Channels / 2)), x))
                    Keep(half);
                break;
            case 10:
                Keep(Network.Add(new Mul(), x, SameShape(x)));
                break;
            case 11 when _shareable.FindAll(entry => entry.Channels == shape.Channels) is { Count: > 0 } shared:
                Keep(Network.Add(Pick(shared).Layer, x));
                break;
            case 12 when shape[1] <= 3:
                Keep(Network.Add(new Upsample(2), x));
                break;
            default:
                Keep(Network.Add(new SqueezeExcitation(3), x));
                break;
        }
    }

    private void DrawOutputs()
    {
        Network.Output("first", Network.Add(DrawHead(), Rows(_pictures[^1])));
        if (_random.NextInt(2) == 0)
            Network.Output("picture", PickPicture());
        if (_random.NextInt(2) == 0)
            Network.Output("second", Network.Add(new Linear(3), Network.Add(new L2Normalize(), Rows(PickPicture()))));
    }

    private Value Rows(Value picture) => Network.Add(
        _random.NextInt(4) switch
        {
            0 => new GlobalMaxPool(),
            1 => new Flatten(),
            _ => new GlobalAveragePool(),
        },
        picture);

    private Layer DrawHead() => _random.NextInt(3) switch
    {
        0 => new Softmax(),
        1 => new LogSoftmax(),
        _ => new Linear(4),
    };

    private Convolution DrawConvolution(int channels) => _random.NextInt(4) switch
    {
        0 => new Convolution(Pick(s_widths), 1) { Bias = true },
        1 => new Convolution(channels, 3) { Groups = channels, Activation = Activation.Relu6 },
        2 => new Convolution(Pick(s_widths), 3) { Activation = Activation.Swish, Bias = true },
        _ => new Convolution(Pick(s_widths), 3),
    };

    // A variance near zero would make differences useless; the constant keeps the function smooth.
    private BatchNorm DrawNormalization()
        => new() { Epsilon = 0.1, Activation = Pick([Activation.None, Activation.Relu, Activation.Relu6, Activation.HardSwish, Activation.Tanh]), Frozen = _random.NextInt(5) == 0 };

    private Layer DrawFunction() => _random.NextInt(9) switch
    {
        0 => new Relu(),
        1 => new Relu6(),
        2 => new Gelu(),
        3 => new Sigmoid(),
        4 => new HardSwish(),
        5 => new PRelu(),
        6 => new LayerNorm { Epsilon = 0.1 },
        7 => new Softmax(),
        _ => new Dropout(0.3),
    };

    private Layer DrawPool() => _random.NextInt(3) switch
    {
        0 => new MaxPool(3) { Stride = 2, Padding = new Padding(1) },
        1 => new MaxPool(2) { CeilMode = true },
        _ => new AveragePool(2),
    };

    private Layer Share(Layer layer, int channels)
    {
        _shareable.Add((layer, channels));
        return layer;
    }

    private void Keep(Value picture)
    {
        if (picture.Shape.Channels <= 16)
            _pictures.Add(picture);
    }

    // The latest more often than the others: deep rather than wide.
    private Value PickPicture() => _random.NextInt(2) == 0 ? _pictures[^1] : Pick(_pictures);

    private Value SameShape(Value value) => Pick(_pictures.FindAll(other => other.Shape == value.Shape));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.NextInt(from.Count)];
}
