using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Benchmarks.Vectors;

/// <summary>
/// An .fbin file (uint32 rows, uint32 columns, float32 row by row, little-endian) that grows: after every
/// <see cref="Add"/> its header counts the rows it holds, so that a run that is stopped leaves a usable file.
/// </summary>
internal sealed class FloatRowFile : IDisposable
{
    private readonly FileStream _file;
    private readonly int _columns;

    /// <param name="goOn">Adds to the rows that the file holds already.</param>
    public FloatRowFile(string path, int columns, bool goOn = false)
    {
        _columns = columns;
        if (goOn && File.Exists(path))
            Rows = Read(path).Rows;
        _file = new FileStream(path, Rows > 0 ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.Read);
        _file.SetLength(8 + ((long)Rows * columns * sizeof(float)));
        WriteHeader();
    }

    public int Rows { get; private set; }

    public void Add(Matrix rows)
    {
        _file.Seek(0, SeekOrigin.End);
        _file.Write(MemoryMarshal.AsBytes(rows.Span));
        Rows += rows.Rows;
        WriteHeader();
        _file.Flush();
    }

    /// <summary>The rows that the header counts; a run that is still adding may have more behind them.</summary>
    public static Matrix Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> header = stackalloc byte[8];
        file.ReadExactly(header);
        var rows = new Matrix(BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadInt32LittleEndian(header[4..]));
        for (var row = 0; row < rows.Rows; row++)
            file.ReadExactly(MemoryMarshal.AsBytes(rows.Row(row)));
        return rows;
    }

    public static void Write(string path, Matrix rows)
    {
        using var file = new FloatRowFile(path, rows.Columns);
        file.Add(rows);
    }

    public void Dispose() => _file.Dispose();

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, Rows);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], _columns);
        _file.Seek(0, SeekOrigin.Begin);
        _file.Write(header);
    }
}
