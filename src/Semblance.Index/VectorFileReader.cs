using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Semblance.Index.Interop;
using Semblance.Numerics;

namespace Semblance.Index;

/// <summary>
/// Reads any rows of an open vector file (see <see cref="VectorFile"/>). The header is checked when it is opened, the length
/// before each row of .fvecs, .bvecs and .ivecs when that row is read. Several threads may read at once.
/// </summary>
public sealed class VectorFileReader : IDisposable
{
    // Large enough that the system's calls cost nothing beside the copying.
    private const int BufferBytes = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly VectorLayout _layout;

    internal VectorFileReader(string path)
    {
        Path = path;
        _file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            _layout = VectorLayout.Of(new HeaderBytes(path, _file));
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Rows => _layout.Rows;

    /// <summary>Numbers of a row, at least 1.</summary>
    public int Columns => _layout.Columns;

    public VectorElement Element => _layout.Element;

    /// <summary>
    /// Rows <paramref name="start"/> … <paramref name="start"/> + <paramref name="count"/> − 1 as float32, <c>[count, Columns]</c>.
    /// Whole numbers above 2²⁴ are rounded, float64 beyond the range of float32 becomes infinite.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows.</exception>
    /// <exception cref="VectorFileException">A row has another length than the first, or the file ended early.</exception>
    public Matrix Read(long start, int count, CancellationToken cancellationToken = default)
    {
        ThrowIfOutside(start, count);
        var values = (long)count * Columns <= Array.MaxLength ? new Matrix(GC.AllocateUninitializedArray<float>(count * Columns), count, Columns) : new Matrix(count, Columns);
        ReadRows(start, count, (row, bytes) => ElementDecoder.ToSingle(bytes, Element, values.Row(row)), cancellationToken);
        return values;
    }

    /// <summary>The same rows of a file of whole numbers, unrounded: ids of neighbours, labels. Row after row, <c>[count, Columns]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows, or they are more than one array can hold.</exception>
    /// <exception cref="VectorFileException">The file holds fractions; or as in <see cref="Read"/>.</exception>
    public long[] ReadIntegers(long start, int count, CancellationToken cancellationToken = default)
    {
        ThrowIfOutside(start, count);
        ThrowIfNoArrayHolds(count);
        if (Element is VectorElement.Float16 or VectorElement.Float32 or VectorElement.Float64)
            throw new VectorFileException(Path, $"holds {Element} where whole numbers are needed");
        var values = GC.AllocateUninitializedArray<long>(count * Columns);
        ReadRows(start, count, (row, bytes) => ElementDecoder.ToInt64(bytes, Element, values.AsSpan(row * Columns, Columns)), cancellationToken);
        return values;
    }

    /// <summary>The same rows of a file of <see cref="VectorElement.UInt8"/>, such as bit codes. Row after row, <c>[count, Columns]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows, or they are more than one array can hold.</exception>
    /// <exception cref="VectorFileException">The file holds other numbers; or as in <see cref="Read"/>.</exception>
    public byte[] ReadBytes(long start, int count, CancellationToken cancellationToken = default)
    {
        if (Element != VectorElement.UInt8)
            throw new VectorFileException(Path, $"holds {Element} where bytes are needed");
        ThrowIfOutside(start, count);
        ThrowIfNoArrayHolds(count);
        var values = GC.AllocateUninitializedArray<byte>(count * Columns);
        ReadRows(start, count, (row, bytes) => bytes.CopyTo(values.AsSpan(row * Columns)), cancellationToken);
        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void ThrowIfOutside(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (start > Rows - count)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The file has {Rows} rows; rows {start} to {start + count - 1} were asked for.");
    }

    private void ThrowIfNoArrayHolds(int count)
    {
        if (count > Array.MaxLength / Columns)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} rows of {Columns} numbers are more than one array can hold; read fewer at once.");
    }

    private void ReadRows(long start, int count, Action<int, ReadOnlySpan<byte>> take, CancellationToken cancellationToken)
    {
        var rowsAtOnce = Math.Max(1, BufferBytes / _layout.RowBytes);
        var rented = ArrayPool<byte>.Shared.Rent(rowsAtOnce * _layout.RowBytes);
        try
        {
            int rows;
            for (var done = 0; done < count; done += rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows = Math.Min(rowsAtOnce, count - done);
                var at = _layout.DataStart + ((start + done) * _layout.RowBytes);
                var part = rented.AsSpan(0, rows * _layout.RowBytes);
                Fill(part, at);
                for (var row = 0; row < rows; row++)
                    take(done + row, _layout.Numbers(Path, part.Slice(row * _layout.RowBytes, _layout.RowBytes), start + done + row));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // The length was checked at opening, but another program may cut the file off meanwhile.
    private void Fill(Span<byte> part, long at)
    {
        while (part.Length > 0)
        {
            var got = RandomAccess.Read(_file, part, at);
            if (got == 0)
                throw new VectorFileException(Path, $"ended at byte {at}; it has been shortened since it was opened");
            part = part[got..];
            at += got;
        }
    }
}
