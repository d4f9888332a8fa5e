using System.Globalization;
using System.Runtime.InteropServices;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>A tensor whose elements are known: a weight of the file, or what came out of computing with shapes.</summary>
internal sealed class FileConstant
{
    /// <summary>More than that is refused before it is made: computed constants are shapes and the like.</summary>
    public const long MostComputed = 1 << 24;

    // More than the engine's tensors have: groups of windows are written with up to six.
    private const int MostAxes = 8;

    private float[]? _floats;
    private readonly FileFloats? _inFile;

    private FileConstant(string name, int[] sizes, float[]? floats, long[]? longs, FileFloats? inFile = null)
    {
        Name = name;
        Sizes = sizes;
        _floats = floats;
        Longs = longs;
        _inFile = inFile;
    }

    /// <summary>The initialiser's name.</summary>
    public string Name { get; private init; }

    /// <summary>Whether it is a weight of the file, possibly moved, and not a number that was written into the graph or computed.</summary>
    public bool IsInitializer { get; init; }

    /// <summary>None for a single number.</summary>
    public int[] Sizes { get; }

    /// <summary>Read from the file if need be.</summary>
    public float[]? Floats => _floats ??= _inFile?.ReadAll();

    /// <summary>Where the elements lie as long as they have not been read; else null.</summary>
    public FileFloats? InFile => _floats is null ? _inFile : null;

    public long[]? Longs { get; }

    /// <summary>Element of <see cref="Longs"/> that is the batch's size; −1 for none.</summary>
    public int BatchElement { get; init; } = -1;

    public int Count => Longs?.Length ?? _inFile?.Count ?? _floats!.Length;

    public int Rank => Sizes.Length;

    public static FileConstant Of(string name, int[] sizes, float[] values) => new(name, sizes, Checked(name, sizes, values.Length, values), null);

    public static FileConstant Of(string name, int[] sizes, long[] values, int batchElement = -1) => new(name, sizes, null, Checked(name, sizes, values.Length, values)) { BatchElement = batchElement };

    /// <summary>A weight of float32 that stays in the file until it is read.</summary>
    /// <exception cref="OnnxImportException">Its data are not as many as its shape says.</exception>
    public static FileConstant Of(TensorProto tensor, FileFloats inFile)
    {
        var sizes = SizesOf(tensor, tensor.Name, out var count);
        return count == inFile.Count ? new(tensor.Name, sizes, null, null, inFile) { IsInitializer = true } : throw Miscounted(tensor.Name, sizes, inFile.Count);
    }

    /// <summary>The elements of a file's tensor; halves and doubles become float32, whole numbers and truth values int64.</summary>
    /// <exception cref="OnnxImportException">Its data are not as many as its shape says, lie elsewhere, or are no numbers.</exception>
    public static FileConstant Read(TensorProto tensor, string name)
    {
        if (tensor.ExternalData.Count > 0)
            throw new OnnxImportException($"The tensor '{name}' lies in another file; save the model as a single ONNX file.");
        var sizes = SizesOf(tensor, name, out var count);
        var type = (OnnxElementType)tensor.DataType;
        var raw = tensor.RawData.Span;
        var isRaw = tensor.HasRawData && !tensor.RawData.IsEmpty;
        return type switch
        {
            OnnxElementType.Float => Floating(isRaw ? MemoryMarshal.Cast<byte, float>(Whole(raw, 4)).ToArray() : [.. tensor.FloatData]),
            OnnxElementType.Double => Floating(isRaw ? Convert<double, float>(raw, 8, value => (float)value) : [.. tensor.DoubleData.Select(value => (float)value)]),
            OnnxElementType.Float16 => Floating(isRaw ? Convert<Half, float>(raw, 2, value => (float)value) : [.. tensor.Int32Data.Select(value => (float)BitConverter.UInt16BitsToHalf((ushort)value))]),
            OnnxElementType.BFloat16 => Floating(isRaw ? Convert<ushort, float>(raw, 2, FromBFloat16) : [.. tensor.Int32Data.Select(value => FromBFloat16((ushort)value))]),
            OnnxElementType.Int64 => Whole64(isRaw ? MemoryMarshal.Cast<byte, long>(Whole(raw, 8)).ToArray() : [.. tensor.Int64Data]),
            OnnxElementType.Int32 => Whole64(isRaw ? Convert<int, long>(raw, 4, value => value) : [.. tensor.Int32Data.Select(value => (long)value)]),
            OnnxElementType.Boolean or OnnxElementType.UInt8 => Whole64(isRaw ? Convert<byte, long>(raw, 1, value => value) : [.. tensor.Int32Data.Select(value => (long)value)]),
            OnnxElementType.Int8 => Whole64(isRaw ? Convert<sbyte, long>(raw, 1, value => value) : [.. tensor.Int32Data.Select(value => (long)value)]),
            _ => throw new OnnxImportException($"The tensor '{name}' holds {type}; float32, float16, float64 and whole numbers are supported."),
        };

        FileConstant Floating(float[] values) => Of(name, sizes, values);

        FileConstant Whole64(long[] values) => Of(name, sizes, values);

        ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> bytes, int size)
            => bytes.Length == count * size ? bytes : throw Miscounted(name, sizes, bytes.Length / size);

        TTo[] Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, int size, Func<TFrom, TTo> convert)
            where TFrom : unmanaged
        {
            var from = MemoryMarshal.Cast<byte, TFrom>(Whole(bytes, size));
            var to = new TTo[from.Length];
            for (var i = 0; i < to.Length; i++)
                to[i] = convert(from[i]);
            return to;
        }
    }

    /// <summary>Number of elements of a constant that is to be computed.</summary>
    /// <exception cref="OnnxImportException">Too many, or a negative size.</exception>
    public static int CountOf(FileNode node, IEnumerable<int> sizes)
    {
        long count = 1;
        foreach (var size in sizes)
        {
            if (size < 0 || (count *= size) > MostComputed)
                throw node.Fault($"computes a constant of [{string.Join(", ", sizes)}] elements, which is more than any shape needs; the file is damaged.");
        }
        return (int)count;
    }

    public FileConstant Named(string name) => new(name, Sizes, _floats, Longs, _inFile) { BatchElement = BatchElement, IsInitializer = IsInitializer };

    public FileConstant AsInitializer() => new(Name, Sizes, _floats, Longs, _inFile) { IsInitializer = true };

    /// <summary>The same elements under other sizes.</summary>
    public FileConstant WithSizes(params int[] sizes) => Floats is not null
        ? new(Name, sizes, Checked(Name, sizes, Floats.Length, Floats), null) { IsInitializer = IsInitializer }
        : Of(Name, sizes, Longs!, BatchElement);

    /// <summary>Axis i of the result is axis <paramref name="order"/>[i].</summary>
    public FileConstant Transposed(ReadOnlySpan<int> order)
    {
        int[] sizes = new int[order.Length];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = Sizes[order[i]];
        return Floats is not null ? new(Name, sizes, Permutation.Apply<float>(Floats, Sizes, order), null) { IsInitializer = IsInitializer } : Of(Name, sizes, Permutation.Apply<long>(Longs!, Sizes, order));
    }

    /// <summary>The same for each of the batch: with one element along that axis.</summary>
    /// <returns>Null where the elements along the axis differ.</returns>
    public FileConstant? OneOf(int batchAxis)
    {
        if (Sizes[batchAxis] == 1)
            return this;
        int[] order = [batchAxis, .. Enumerable.Range(0, Rank).Where(axis => axis != batchAxis)];
        var moved = Transposed(order);
        var values = moved.ToFloats();
        var length = values.Length / Sizes[batchAxis];
        for (var i = 1; i < Sizes[batchAxis]; i++)
        {
            if (!values.AsSpan(i * length, length).SequenceEqual(values.AsSpan(0, length)))
                return null;
        }
        int[] sizes = [.. Sizes.Select((size, axis) => axis == batchAxis ? 1 : size)];
        return new FileConstant(Name, sizes, values[..length], null) { IsInitializer = IsInitializer };
    }

    /// <summary>Floats, converted where the file has whole numbers.</summary>
    public float[] ToFloats() => Floats ?? [.. Longs!.Select(value => (float)value)];

    public override string ToString() => $"'{Name}' [{string.Join(", ", Sizes)}]";

    private static int[] SizesOf(TensorProto tensor, string name, out long count)
    {
        RequireFewAxes(name, tensor.Dims.Count);
        var sizes = new int[tensor.Dims.Count];
        count = 1;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (tensor.Dims[i] is < 0 or > int.MaxValue || (count *= tensor.Dims[i]) > int.MaxValue)
                throw new OnnxImportException($"The tensor '{name}' has the size [{string.Join(", ", tensor.Dims)}], which no memory holds; the file is damaged.");
            sizes[i] = (int)tensor.Dims[i];
        }
        return sizes;
    }

    private static T[] Checked<T>(string name, int[] sizes, int count, T[] values)
    {
        RequireFewAxes(name, sizes.Length);
        long expected = 1;
        foreach (var size in sizes)
            expected *= size;
        return expected == count ? values : throw Miscounted(name, sizes, count);
    }

    private static void RequireFewAxes(string name, int axes)
    {
        if (axes > MostAxes)
            throw new OnnxImportException($"The tensor '{name}' has {axes} axes; up to {MostAxes} are supported.");
    }

    private static OnnxImportException Miscounted(string name, int[] sizes, int count)
        => new($"The tensor '{name}' should hold [{string.Join(", ", sizes)}] elements and holds {count.ToString(CultureInfo.InvariantCulture)}; the file is damaged.");

    private static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
