using System.Runtime.InteropServices;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Lab.Neighbours;

/// <summary>Vector files as measurements need them; what is wrong with one is a <see cref="MeasurementException"/>.</summary>
internal static class AnnFiles
{
    public static VectorFileReader Open(string path)
    {
        if (!File.Exists(path))
            throw new MeasurementException($"There is no file '{path}'.");
        try
        {
            return VectorFile.Open(path);
        }
        catch (VectorFileException e)
        {
            throw new MeasurementException(e.Message, e);
        }
    }

    public static Matrix Vectors(VectorFileReader reader, int count, CancellationToken cancellationToken)
    {
        var rows = Reading(() => reader.Read(0, count, cancellationToken));
        for (var row = 0; row < count; row++)
        {
            foreach (var value in rows.Row(row))
            {
                if (!float.IsFinite(value))
                    throw new MeasurementException($"'{reader.Path}' has {value} in row {row}; all numbers must be finite.");
            }
        }
        return rows;
    }

    /// <summary>Codes packed row after row; the bits of a row are its bytes in their order.</summary>
    public static ulong[] Codes(VectorFileReader reader, int count, CancellationToken cancellationToken)
    {
        if (reader.Element != VectorElement.UInt8 || reader.Columns % sizeof(ulong) != 0)
            throw new MeasurementException($"'{reader.Path}' has rows of {reader.Columns} x {reader.Element}; codes are rows of bytes, a multiple of 8 of them (64 bits), e.g. in a .u8bin.");
        var bytes = Reading(() => reader.ReadBytes(0, count, cancellationToken));
        var codes = new ulong[bytes.Length / sizeof(ulong)];
        bytes.CopyTo(MemoryMarshal.AsBytes(codes.AsSpan()));
        return codes;
    }

    /// <summary>Ids of true neighbours, [count, columns].</summary>
    public static (long[] Ids, int Columns) Neighbours(string path, int count, CancellationToken cancellationToken)
    {
        using var reader = Open(path);
        if (reader.Rows < count)
            throw new MeasurementException($"'{path}' has the neighbours of {reader.Rows:N0} queries and {count:N0} are asked. It belongs to other queries; ask fewer, or give the file of these.");
        return (Reading(() => reader.ReadIntegers(0, count, cancellationToken)), reader.Columns);
    }

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (VectorFileException e)
        {
            throw new MeasurementException(e.Message, e);
        }
    }
}
