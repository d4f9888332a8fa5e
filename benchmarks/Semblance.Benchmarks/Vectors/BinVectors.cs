using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Benchmarks.Vectors;

/// <summary>The .fbin and .ibin files of measurements: rows and columns, 4 bytes each, then the rows.</summary>
internal static class BinVectors
{
    public static Matrix Floats(string path)
    {
        using var stream = Open(path, out var rows, out var columns);
        var matrix = new Matrix(rows, columns);
        stream.ReadExactly(MemoryMarshal.AsBytes(matrix.Span));
        return matrix;
    }

    public static int[][] Ids(string path)
    {
        using var stream = Open(path, out var rows, out var columns);
        var ids = new int[rows][];
        for (var row = 0; row < rows; row++)
        {
            ids[row] = new int[columns];
            stream.ReadExactly(MemoryMarshal.AsBytes(ids[row].AsSpan()));
        }
        return ids;
    }

    private static FileStream Open(string path, out int rows, out int columns)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        Span<byte> head = stackalloc byte[8];
        stream.ReadExactly(head);
        rows = BinaryPrimitives.ReadInt32LittleEndian(head);
        columns = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        return stream;
    }
}
