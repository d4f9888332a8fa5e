using System.Numerics.Tensors;

namespace Semblance.Networks.Execution;

/// <summary>
/// The weights of a convolution or linear layer with the linear maps behind it folded in: each of its outputs is multiplied by a factor
/// and gets a term; both are computed in double precision.
/// </summary>
internal sealed class FoldedFeatures
{
    private readonly Layer _layer;
    private readonly double[] _factors;
    private readonly double[] _terms;

    /// <param name="layer">A <see cref="Convolution"/> or <see cref="Linear"/>; its weights have the features as their last axis.</param>
    public FoldedFeatures(Layer layer)
    {
        _layer = layer;
        _factors = new double[layer.Parameters[0].Shape.Channels];
        _terms = new double[_factors.Length];
        Array.Fill(_factors, 1);
        if (layer.Parameters.Count == 1)
            return;
        var bias = layer.Parameters[1].Values;
        for (var i = 0; i < _terms.Length; i++)
            _terms[i] = bias[i];
    }

    /// <summary>Takes in a batch norm by its running statistics, or a scaling; false for any other layer.</summary>
    public bool TryFold(Layer next)
    {
        switch (next)
        {
            case BatchNorm norm:
                var scale = norm.Parameters[0].Values;
                var shift = norm.Parameters[1].Values;
                var mean = norm.Parameters[2].Values;
                var variance = norm.Parameters[3].Values;
                for (var i = 0; i < _factors.Length; i++)
                {
                    var factor = scale[i] / Math.Sqrt(variance[i] + norm.Epsilon);
                    _factors[i] *= factor;
                    _terms[i] = ((_terms[i] - mean[i]) * factor) + shift[i];
                }
                return true;
            case Scale affine:
                var factors = affine.Parameters[0].Values;
                var terms = affine.Parameters[1].Values;
                for (var i = 0; i < _factors.Length; i++)
                {
                    var factor = factors[i % factors.Length];
                    _factors[i] *= factor;
                    _terms[i] = (_terms[i] * factor) + terms[i % terms.Length];
                }
                return true;
            default:
                return false;
        }
    }

    /// <summary>Adds the layer with the folded weights.</summary>
    /// <param name="name">The layer's own, unless it is taken.</param>
    /// <param name="activation">For convolutions.</param>
    /// <param name="inputs">The layer's own, and for a convolution optionally what is added before the activation.</param>
    public (Layer Folded, Value Value) AddTo(Network network, string name, Activation activation, params Value[] inputs)
    {
        Layer folded = _layer switch
        {
            Convolution source => new Convolution(source.Filters, source.KernelHeight)
            {
                Name = name,
                KernelWidth = source.KernelWidth,
                StrideHeight = source.StrideHeight,
                StrideWidth = source.StrideWidth,
                Padding = source.Padding,
                Dilation = source.Dilation,
                Groups = source.Groups,
                Bias = true,
                Activation = activation,
            },
            Linear source => new Linear(source.Features) { Name = name, Bias = true },
            _ => throw new InvalidOperationException($"Nothing is folded into a layer of type {_layer.GetType().Name}."),
        };
        var value = network.Add(folded, inputs);
        float[] factors = [.. _factors.Select(factor => (float)factor)];
        if (_layer.Parameters[0].Deferred is { } fill)
        {
            folded.Parameters[0].Defer(weights =>
            {
                fill(weights);
                Multiply(weights, weights, factors);
            });
        }
        else
        {
            Multiply(_layer.Parameters[0].Values, folded.Parameters[0].Values, factors);
        }
        var bias = folded.Parameters[1].Values;
        for (var i = 0; i < bias.Length; i++)
            bias[i] = (float)_terms[i];
        return (folded, value);
    }

    private static void Multiply(ReadOnlySpan<float> weights, Span<float> target, float[] factors)
    {
        for (var row = 0; row < weights.Length; row += factors.Length)
            TensorPrimitives.Multiply(weights.Slice(row, factors.Length), factors, target.Slice(row, factors.Length));
    }
}
