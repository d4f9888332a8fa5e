using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Codecs;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// Packed 8-bit rows taken a few at a time: first the products of their codes, then, while they are in the first-level cache, their headers.
/// </summary>
internal readonly ref struct ByteRowPieces
{
    public const int Rows = 32;

    private readonly ReadOnlySpan<short> _query;
    private readonly ReadOnlySpan<byte> _rows;
    private readonly int _width;

    /// <param name="query">As <see cref="ByteRowFormat.EncodeQuery"/> prepares it.</param>
    public ByteRowPieces(ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows)
    {
        _query = MemoryMarshal.Cast<byte, short>(query[ByteQueryHeader.Size..]);
        _rows = rows;
        _width = ByteRowHeader.Size + _query.Length;
    }

    public void Products(int row, Span<int> products) =>
        VectorMath.DotByteRows(_query, _rows[((row * _width) + ByteRowHeader.Size)..], _width, products);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly ByteRowHeader Header(int row) => ref ByteRowHeader.Of(_rows[(row * _width)..]);
}
