using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>What a layer gets when it is added for the first time: the shapes of its inputs, and a place to make its parameters.</summary>
public sealed class LayerBinding
{
    private readonly List<Parameter> _parameters = [];
    private readonly string _layer;

    internal LayerBinding(string layer, Shape[] inputs, SeededRandom random)
    {
        _layer = layer;
        Inputs = inputs;
        Random = random;
    }

    /// <summary>Nominal shapes: the batch, and the height and width of pictures, may differ in a run.</summary>
    public IReadOnlyList<Shape> Inputs { get; }

    public SeededRandom Random { get; }

    internal IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>False leaves parameters at zero: they are about to be loaded.</summary>
    internal bool DrawsWeights { get; init; } = true;

    /// <summary>A trainable parameter; its index is the number of parameters and buffers made before it.</summary>
    /// <param name="decays">Whether weight decay is meant to apply.</param>
    public Parameter Parameter(string name, Shape shape, Initializer initialize, bool decays = true)
    {
        var parameter = new Parameter($"{_layer}.{name}", shape, isBuffer: false, decays);
        if (DrawsWeights)
            initialize(parameter.Values, Random);
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>A buffer: running statistics that no optimiser changes.</summary>
    public Parameter Buffer(string name, Shape shape, float value)
    {
        var parameter = new Parameter($"{_layer}.{name}", shape, isBuffer: true, decays: false);
        parameter.Values.Fill(value);
        _parameters.Add(parameter);
        return parameter;
    }
}
