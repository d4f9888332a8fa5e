namespace Semblance.Numerics;

/// <summary>
/// A row-major <c>[rows, columns]</c> float32 matrix that owns its memory or views another's.
/// Row <c>i</c> starts at element <c>i * columns</c>; there is no padding, so a view over any packed buffer works.
/// </summary>
public sealed class Matrix
{
    private readonly Memory<float> _memory;

    /// <summary>A zeroed matrix of its own.</summary>
    public Matrix(int rows, int columns)
        : this(new float[checked(rows * columns)], rows, columns)
    {
    }

    /// <summary>A view over <paramref name="memory"/>, which must hold at least <c>rows * columns</c> floats.</summary>
    public Matrix(Memory<float> memory, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        var length = checked(rows * columns);
        if (memory.Length < length)
            throw new ArgumentException($"A [{rows}, {columns}] matrix needs {length} floats and the memory holds {memory.Length}.", nameof(memory));
        _memory = memory[..length];
        Rows = rows;
        Columns = columns;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>All elements, row after row.</summary>
    public Span<float> Span => _memory.Span;

    public Memory<float> Memory => _memory;

    public ref float this[int row, int column] => ref Row(row)[column];

    /// <summary>Row <paramref name="index"/>, length <see cref="Columns"/>.</summary>
    public Span<float> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Rows, nameof(index));
        return _memory.Span.Slice(index * Columns, Columns);
    }

    /// <summary>A view of <paramref name="count"/> rows from <paramref name="start"/>; it shares memory.</summary>
    public Matrix Slice(int start, int count) => new(_memory.Slice(start * Columns, count * Columns), count, Columns);

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
}
