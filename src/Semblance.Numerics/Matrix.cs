using System.Runtime.InteropServices;
using Semblance.Numerics.Memory;

namespace Semblance.Numerics;

/// <summary>
/// A row-major <c>[rows, columns]</c> float32 matrix that owns its memory or views another's.
/// Row <c>i</c> starts at element <c>i * columns</c>; there is no padding, so a view over any packed buffer works.
/// </summary>
/// <remarks>
/// A matrix may hold more elements than one array or span can (<see cref="Array.MaxLength"/>, 8 GB): 3,000,000 × 1,024 is addressed
/// row by row. Then <see cref="Span"/> and <see cref="Memory"/> refuse, while <see cref="Row"/>, <see cref="RowRange"/> and
/// <see cref="Slice"/> work as ever. What a matrix of its own has never touched takes address space only.
/// </remarks>
public sealed class Matrix : IVectorRows
{
    private readonly Memory<float> _memory;
    // In place of _memory where the elements are more than a span can hold.
    private readonly WideFloats? _wide;
    private readonly nint _start;

    /// <summary>A zeroed matrix of its own.</summary>
    public Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        if (Length <= Array.MaxLength)
            _memory = new float[(int)Length];
        else
            _wide = new WideFloats(Length);
    }

    /// <summary>A view over <paramref name="memory"/>, which must hold at least <c>rows * columns</c> floats.</summary>
    public Matrix(Memory<float> memory, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        if (memory.Length < Length)
            throw new ArgumentException($"A [{rows}, {columns}] matrix needs {Length} floats and the memory holds {memory.Length}.", nameof(memory));
        _memory = memory[..(int)Length];
    }

    private Matrix(WideFloats wide, nint start, int rows, int columns) => (_wide, _start, Rows, Columns) = (wide, start, rows, columns);

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Rows × columns.</summary>
    public nint Length => (nint)Rows * Columns;

    /// <summary>All elements, row after row.</summary>
    /// <exception cref="InvalidOperationException">They are more than a span can hold.</exception>
    public Span<float> Span
    {
        get
        {
            ThrowIfWide();
            return _memory.Span;
        }
    }

    /// <summary>All elements, row after row.</summary>
    /// <exception cref="InvalidOperationException">They are more than a <see cref="Memory{T}"/> can hold.</exception>
    public Memory<float> Memory
    {
        get
        {
            ThrowIfWide();
            return _memory;
        }
    }

    long IVectorRows.Count => Rows;

    int IVectorRows.Dimension => Columns;

    /// <summary>The first element, for loops over addresses; no element where the matrix is empty.</summary>
    internal ref float Origin => ref _wide is null ? ref MemoryMarshal.GetReference(_memory.Span) : ref _wide[_start];

    public ref float this[int row, int column] => ref Row(row)[column];

    /// <summary>Row <paramref name="index"/>, length <see cref="Columns"/>.</summary>
    public Span<float> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Rows, nameof(index));
        return _wide is null ? _memory.Span.Slice(index * Columns, Columns) : _wide.Span(_start + ((nint)index * Columns), Columns);
    }

    /// <summary><paramref name="count"/> rows from <paramref name="start"/>, packed <c>[count, Columns]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows, or they are more elements than a span can hold.</exception>
    public Span<float> RowRange(int start, int count)
    {
        ThrowIfOutside(start, count);
        var length = (long)count * Columns;
        if (length > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} rows of {Columns} numbers are more than one span can hold; take fewer at once.");
        return _wide is null ? _memory.Span.Slice(start * Columns, (int)length) : _wide.Span(_start + ((nint)start * Columns), (int)length);
    }

    /// <summary>A view of <paramref name="count"/> rows from <paramref name="start"/>; it shares memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such rows.</exception>
    public Matrix Slice(int start, int count)
    {
        ThrowIfOutside(start, count);
        if (_wide is null)
            return new(_memory.Slice(start * Columns, count * Columns), count, Columns);
        var first = _start + ((nint)start * Columns);
        var length = (nint)count * Columns;
        return length > Array.MaxLength ? new(_wide, first, count, Columns) : new(_wide.Memory(first, (int)length), count, Columns);
    }

    public static Matrix FromRows(IReadOnlyList<float[]> rows)
    {
        var matrix = new Matrix(rows.Count, rows.Count == 0 ? 0 : rows[0].Length);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != matrix.Columns)
                throw new ArgumentException($"Row {i} has {rows[i].Length} elements and row 0 has {matrix.Columns}; all rows must be of one length.", nameof(rows));
            rows[i].CopyTo(matrix.Row(i));
        }
        return matrix;
    }

    // Where they lie: the buffer is not needed.
    ReadOnlySpan<float> IVectorRows.Read(long first, int count, Span<float> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Rows);
        return RowRange((int)first, count);
    }

    private void ThrowIfOutside(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (start > Rows - count)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The matrix has {Rows} rows; {count} from row {start} on were asked for.");
    }

    private void ThrowIfWide()
    {
        if (_wide is not null)
            throw new InvalidOperationException($"This [{Rows}, {Columns}] matrix has {Length} elements, and one span holds at most {Array.MaxLength}; go through it by Row, RowRange or Slice.");
    }
}
