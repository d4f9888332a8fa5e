using System.Numerics;
using System.Runtime.InteropServices;
using Semblance.Networks;

namespace Semblance.Learning;

/// <summary>
/// The values of a loss's own parameters in the precision of an evaluation, and room for their gradients. In single precision they
/// are the parameters' own memory, which an optimiser changes; in double they are copies, so that gradients can be checked by
/// central differences as those of layers are.
/// </summary>
public sealed class LossParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Parameter, (T[] Values, T[] Gradient)> _copies = [];
    private readonly HashSet<Parameter> _parameters;

    public LossParameters(IReadOnlyList<Parameter> parameters)
    {
        _parameters = [.. parameters];
        if (typeof(T) == typeof(float))
            return;
        foreach (var parameter in _parameters)
        {
            var values = new T[parameter.Values.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = T.CreateTruncating(parameter.Values[i]);
            _copies[parameter] = (values, new T[values.Length]);
        }
    }

    /// <summary>Of the parameter's shape, row-major.</summary>
    /// <exception cref="ArgumentException">The parameter is none of the loss's.</exception>
    public Span<T> Values(Parameter parameter)
    {
        ThrowIfUnknown(parameter);
        return typeof(T) == typeof(float) ? MemoryMarshal.Cast<float, T>(parameter.Values) : _copies[parameter].Values;
    }

    /// <summary>Derivative of the loss by each value; <see cref="ILoss.Compute"/> overwrites it.</summary>
    /// <exception cref="ArgumentException">The parameter is none of the loss's.</exception>
    public Span<T> Gradient(Parameter parameter)
    {
        ThrowIfUnknown(parameter);
        return typeof(T) == typeof(float) ? MemoryMarshal.Cast<float, T>(parameter.Gradient) : _copies[parameter].Gradient;
    }

    private void ThrowIfUnknown(Parameter parameter)
    {
        if (!_parameters.Contains(parameter))
            throw new ArgumentException($"'{parameter.Name}' is no parameter of this loss; it has {(_parameters.Count == 0 ? "none" : string.Join(", ", _parameters.Select(known => known.Name)))}.", nameof(parameter));
    }
}
