using Semblance.Index.Interop;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Vectors in the files that the field exchanges. The extension decides:
/// <list type="bullet">
/// <item><c>.fvecs .bvecs .ivecs</c> (SIFT1M, GIST1M): before every row its length as int32; float32, uint8, int32.</item>
/// <item><c>.fbin .u8bin .i8bin .ibin</c> (DEEP1B and the other billion-scale sets): rows and columns as uint32, then the rows;
/// float32, uint8, int8, int32. An <c>.ibin</c> of true neighbours may carry their distances behind the ids; they are passed over.</item>
/// <item><c>.npy</c> (NumPy), versions 1 to 3: one or two dimensions in C order, little-endian float16/32/64, int8, uint8, int32,
/// int64. One dimension is a single row.</item>
/// </list>
/// Nothing in a file is trusted: sizes are checked against the file's length before memory is taken for them.
/// </summary>
public static class VectorFile
{
    /// <summary>The extensions that <see cref="Open"/> reads, each with its dot.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".fvecs", ".bvecs", ".ivecs", ".fbin", ".u8bin", ".i8bin", ".ibin", ".npy"];

    /// <summary>Opens a file for reading it in parts, whatever its size. Reads its header only.</summary>
    /// <exception cref="VectorFileException">The extension is unknown, or the file is not what it says.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static VectorFileReader Open(string path) => new(path);

    /// <summary>All rows as float32, <c>[rows, columns]</c>.</summary>
    /// <exception cref="VectorFileException">The file is not what it says, or holds more than one matrix can.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static Matrix Read(string path, CancellationToken cancellationToken = default)
    {
        using var reader = Open(path);
        if (reader.Rows > int.MaxValue)
            throw new VectorFileException(path, $"holds {reader.Rows} rows, more than one matrix can; read it in parts");
        return reader.Read(0, (int)reader.Rows, cancellationToken);
    }

    /// <summary>
    /// Writes float32 rows as <c>.fvecs</c>, <c>.fbin</c> or <c>.npy</c>: beside the path, then renamed over it, so that the path never
    /// holds half a file.
    /// </summary>
    /// <exception cref="ArgumentException">The extension is none of these, or the matrix has no columns.</exception>
    public static void Write(string path, Matrix rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfZero(rows.Columns, nameof(rows));
        VectorFileWriter.Write(path, rows, cancellationToken);
    }
}
