using System.Buffers.Binary;

namespace Semblance.Index.Interop;

/// <summary>Where the rows of a vector file lie. All formats have rows of one size, so that each can be reached directly.</summary>
/// <param name="Columns">Numbers of a row, 1 … <see cref="MaxColumns"/>.</param>
/// <param name="DataStart">Offset of the first row.</param>
/// <param name="PrefixBytes">Bytes before the numbers of each row: 4 where its length stands there, otherwise 0.</param>
internal sealed record VectorLayout(VectorElement Element, long Rows, int Columns, long DataStart, int PrefixBytes = 0)
{
    /// <summary>No vector has more; a header that says so is damaged, and would ask for gigabytes a row.</summary>
    public const int MaxColumns = 1 << 20;

    public int RowBytes { get; } = PrefixBytes + (Columns * ElementDecoder.SizeOf(Element));

    public static VectorLayout Of(HeaderBytes header) => header.Extension switch
    {
        ".fvecs" => VecsHeader.Read(header, VectorElement.Float32),
        ".bvecs" => VecsHeader.Read(header, VectorElement.UInt8),
        ".ivecs" => VecsHeader.Read(header, VectorElement.Int32),
        ".fbin" => BinHeader.Read(header, VectorElement.Float32),
        ".u8bin" => BinHeader.Read(header, VectorElement.UInt8),
        ".i8bin" => BinHeader.Read(header, VectorElement.Int8),
        ".ibin" => BinHeader.Read(header, VectorElement.Int32),
        ".npy" => NpyHeader.Read(header),
        var other => throw header.Wrong($"has the extension '{other}', which names no vector format; those that do are {string.Join(' ', VectorFile.Extensions)}"),
    };

    /// <summary>A layout whose size agrees with the file's length.</summary>
    public static VectorLayout Checked(HeaderBytes header, VectorElement element, long rows, long columns, long dataStart)
    {
        if (columns is < 1 or > MaxColumns)
            throw header.Wrong($"says in its header that a row has {columns} numbers; it must be 1 to {MaxColumns}");
        var rowBytes = columns * ElementDecoder.SizeOf(element);
        var held = header.Length - dataStart;
        // Divided, not multiplied: the product of a lying header overflows.
        if (rows < 0 || rows > held / rowBytes)
            throw header.Wrong($"is cut off or its header is wrong: it promises {rows} rows of {columns} x {element}, and from byte {dataStart} on there is room for {held / rowBytes}");
        if (rows * rowBytes != held)
            throw header.Wrong($"has {held - (rows * rowBytes)} bytes more than the {rows} rows of {columns} x {element} that its header promises");
        return new VectorLayout(element, rows, (int)columns, dataStart);
    }

    /// <summary>The numbers of one row's bytes, with the length before them checked.</summary>
    public ReadOnlySpan<byte> Numbers(string path, ReadOnlySpan<byte> row, long index)
    {
        if (PrefixBytes == 0)
            return row;
        var length = BinaryPrimitives.ReadInt32LittleEndian(row);
        return length == Columns
            ? row[PrefixBytes..]
            : throw new VectorFileException(path, $"says at byte {DataStart + (index * RowBytes)} that row {index} has {length} numbers, and row 0 has {Columns}; all rows must be of one length");
    }
}
