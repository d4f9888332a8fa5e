namespace Semblance.Networks;

/// <summary>
/// A view of a run's memory: row-major, without padding, 64-byte aligned. Valid until the run is disposed or no longer reachable; what it holds
/// between two passes is defined only for inputs, outputs and their gradients, because the plan gives memory several uses.
/// </summary>
public readonly unsafe struct Tensor<T>
    where T : unmanaged
{
    internal Tensor(T* data, Shape shape)
    {
        Data = data;
        Shape = shape;
    }

    /// <summary>The first element; null for a tensor that a pass does not need.</summary>
    public T* Data { get; }

    public Shape Shape { get; }

    /// <summary>True where there is nothing to read or to compute: an input that needs no gradient, a frozen parameter.</summary>
    public bool IsNone => Data == null;

    /// <exception cref="OverflowException">More than 2³¹ − 1 elements; use <see cref="Data"/>.</exception>
    public Span<T> Span => IsNone ? default : new(Data, checked((int)Shape.Length));
}
