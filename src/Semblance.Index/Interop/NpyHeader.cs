using System.Buffers.Binary;
using System.Text;

namespace Semblance.Index.Interop;

/// <summary>
/// .npy ("NEP 1, a simple file format for NumPy arrays"): magic, version, length of the header, and the header as the text of
/// a Python dictionary with descr, fortran_order and shape.
/// </summary>
internal static class NpyHeader
{
    // NumPy itself refuses headers above 10,000 characters by default; those of plain arrays are 118.
    private const int MaxHeaderBytes = 1 << 16;
    private const int MagicBytes = 8;

    private static ReadOnlySpan<byte> Magic => "NUMPY"u8;

    public static VectorLayout Read(HeaderBytes header)
    {
        var start = header.Read(0, MagicBytes);
        if (start[0] != 0x93 || !start.AsSpan(1, 5).SequenceEqual(Magic))
            throw header.Wrong("is no NumPy array: it does not begin with the bytes 93 'NUMPY'");
        var lengthBytes = start[6] switch
        {
            1 => sizeof(ushort),
            2 or 3 => sizeof(uint),
            var version => throw header.Wrong($"has version {version}.{start[7]} of NumPy's format at byte 6; 1 to 3 can be read"),
        };
        var lengthField = header.Read(MagicBytes, lengthBytes);
        long length = lengthBytes == sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(lengthField) : BinaryPrimitives.ReadUInt32LittleEndian(lengthField);
        if (length > MaxHeaderBytes)
            throw header.Wrong($"says at byte {MagicBytes} that its header has {length} bytes; that of a plain array has at most {MaxHeaderBytes}");
        var textStart = MagicBytes + lengthBytes;
        var fields = NpyDictionary.Parse(header, Encoding.UTF8.GetString(header.Read(textStart, (int)length)));
        if (fields.IsFortranOrder)
            throw header.Wrong("is in Fortran order (column after column); save it in C order, e.g. numpy.save(path, numpy.ascontiguousarray(array))");
        var (rows, columns) = fields.Shape switch
        {
            [var only] => (1, only),
            [var many, var each] => (many, each),
            var shape => throw header.Wrong($"has {shape.Count} dimensions; vectors have two, [rows, columns], or one"),
        };
        return VectorLayout.Checked(header, ElementOf(header, fields.Descr), rows, columns, textStart + length);
    }

    private static VectorElement ElementOf(HeaderBytes header, string descr) => descr switch
    {
        "<f4" => VectorElement.Float32,
        "<f8" => VectorElement.Float64,
        "<f2" => VectorElement.Float16,
        "|u1" or "<u1" => VectorElement.UInt8,
        "|i1" or "<i1" => VectorElement.Int8,
        "<i4" => VectorElement.Int32,
        "<i8" => VectorElement.Int64,
        ['>', ..] => throw header.Wrong($"is big-endian (descr '{descr}'); save it with a little-endian type such as '<f4'"),
        _ => throw header.Wrong($"has elements of the type '{descr}' (descr); those that can be read are <f2 <f4 <f8 |i1 |u1 <i4 <i8"),
    };
}
