namespace Semblance.Networks.Backbones;

/// <summary>Adds the blocks that the architectures have in common to a network.</summary>
/// <param name="options">Checked, with sizes and dropout filled in.</param>
internal sealed class BackboneBuilder(Network network, ArchitectureOptions options)
{
    public ArchitectureOptions Options { get; } = options;

    public Value Pictures() => network.Input("input", [1, Options.Height, Options.Width, Options.Channels]);

    public Value Input(Shape shape) => network.Input("input", shape);

    public void Output(string name, Value value) => network.Output(name, value);

    public Value Add(Layer layer, params ReadOnlySpan<Value> inputs) => network.Add(layer, inputs);

    /// <summary>
    /// A published number of channels times the width: the nearest multiple of <paramref name="divisor"/>, one more where that took
    /// away over a tenth (the rounding of MobileNetV2's code).
    /// </summary>
    public int Scaled(int channels, int divisor = 8)
    {
        if (Options.WidthMultiplier == 1)
            return channels;
        var wanted = channels * Options.WidthMultiplier;
        var rounded = Math.Max(divisor, (int)(wanted + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * wanted ? rounded + divisor : rounded;
    }

    /// <summary>A convolution without bias, a batch norm and, in the same pass, what is added and the activation.</summary>
    /// <param name="residual">Added in front of the activation.</param>
    public Value Convolve(Value x, Convolution convolution, string norm, Activation activation = Activation.Relu, Value? residual = null, double epsilon = 1e-5)
        => Normalize(Add(convolution, x), norm, activation, residual, epsilon);

    public Value Normalize(Value x, string name, Activation activation = Activation.Relu, Value? residual = null, double epsilon = 1e-5)
    {
        var norm = new BatchNorm { Name = name, Activation = activation, Epsilon = epsilon };
        return residual is { } added ? Add(norm, x, added) : Add(norm, x);
    }
}
