using System.Runtime.InteropServices;
using Semblance.Networks.Runtime;

namespace Semblance.Networks;

/// <summary>The outputs of one run, in the order asked for. They lie in native memory until disposed.</summary>
public sealed class OnnxResults : IDisposable
{
    private readonly OnnxResult[] _results;

    internal OnnxResults(OnnxResult[] results) => _results = results;

    public int Count => _results.Length;

    public OnnxResult this[int index] => _results[index];

    public void Dispose()
    {
        foreach (var result in _results)
            result.Release();
    }
}

/// <summary>One output tensor in native memory, row-major.</summary>
public sealed unsafe class OnnxResult
{
    private readonly OrtValueHandle _value;
    private readonly void* _data;
    private readonly int _elements;

    internal OnnxResult(string name, OrtValueHandle value)
    {
        Name = name;
        _value = value;
        (ElementType, var shape) = OrtApi.Shared.TensorTypeAndShape(value);
        Shape = shape;
        long count = 1;
        foreach (var size in shape)
            count *= size;
        _elements = checked((int)count);
        _data = OrtApi.Shared.TensorData(value);
    }

    public string Name { get; }

    public OnnxElementType ElementType { get; }

    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements where they lie; valid until the results are disposed.</summary>
    /// <exception cref="InvalidOperationException">The output is of another element type.</exception>
    /// <exception cref="ObjectDisposedException">The results were disposed.</exception>
    public ReadOnlySpan<T> Span<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_value.IsClosed, this);
        if (OnnxTensor.ElementTypeOf<T>() != ElementType)
            throw new InvalidOperationException($"Output '{Name}' holds {ElementType} and was read as {typeof(T).Name}.");
        return MemoryMarshal.CreateReadOnlySpan(ref *(T*)_data, _elements);
    }

    public T[] ToArray<T>()
        where T : unmanaged => Span<T>().ToArray();

    internal void Release() => _value.Dispose();
}
