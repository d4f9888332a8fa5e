using System.Buffers;
using System.Runtime.InteropServices;

namespace Semblance.Networks;

/// <summary>Element types of tensors, numbered as in the ONNX format. Sessions take the first three kinds that .NET maps plainly.</summary>
public enum OnnxElementType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    Text = 8,
    Boolean = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
    BFloat16 = 16,
}

/// <summary>What a model says about one of its inputs or outputs.</summary>
/// <param name="Shape">One number per dimension; -1 where the model leaves it open.</param>
public sealed record OnnxTensorInfo(string Name, OnnxElementType ElementType, IReadOnlyList<long> Shape)
{
    public override string ToString() => $"{Name}: {ElementType}[{string.Join(", ", Shape.Select(d => d < 0 ? "?" : d.ToString()))}]";
}

/// <summary>
/// A named input over managed memory, which is pinned, not copied, while a run reads it. float, byte, int, long, Half, double and bool.
/// </summary>
public sealed class OnnxTensor
{
    private readonly Func<MemoryHandle> _pin;

    private OnnxTensor(string name, OnnxElementType elementType, long[] shape, nuint byteLength, Func<MemoryHandle> pin)
    {
        Name = name;
        ElementType = elementType;
        Dimensions = shape;
        ByteLength = byteLength;
        _pin = pin;
    }

    public string Name { get; }

    public OnnxElementType ElementType { get; }

    public IReadOnlyList<long> Shape => Dimensions;

    internal long[] Dimensions { get; }

    internal nuint ByteLength { get; }

    /// <summary>Wraps <paramref name="data"/>, row-major, of exactly the product of <paramref name="shape"/> elements.</summary>
    public static OnnxTensor Of<T>(string name, ReadOnlyMemory<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape)
            count = checked(count * size);
        if (count != data.Length)
            throw new ArgumentException($"Input '{name}' of shape [{string.Join(", ", shape.ToArray())}] needs {count} elements and got {data.Length}.", nameof(data));
        return new OnnxTensor(name, ElementTypeOf<T>(), shape.ToArray(), (nuint)MemoryMarshal.AsBytes(data.Span).Length, data.Pin);
    }

    internal static OnnxElementType ElementTypeOf<T>()
        where T : unmanaged
    {
        var type = typeof(T);
        return type == typeof(float) ? OnnxElementType.Float
            : type == typeof(byte) ? OnnxElementType.UInt8
            : type == typeof(long) ? OnnxElementType.Int64
            : type == typeof(int) ? OnnxElementType.Int32
            : type == typeof(bool) ? OnnxElementType.Boolean
            : type == typeof(Half) ? OnnxElementType.Float16
            : type == typeof(double) ? OnnxElementType.Double
            : throw new NotSupportedException($"ONNX tensors of {type.Name} are not supported; use float, byte, int, long, Half, double or bool.");
    }

    internal MemoryHandle Pin() => _pin();
}
