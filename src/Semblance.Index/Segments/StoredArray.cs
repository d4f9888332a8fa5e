using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Index.Files;

namespace Semblance.Index.Segments;

/// <summary>One array of a segment, whatever its elements are.</summary>
internal interface IStoredArray
{
    int Length { get; }

    long Bytes { get; }

    bool IsMapped { get; }

    void Write(IndexSectionSink sink);
}

/// <summary>
/// Numbers in memory, aligned to a cache line, or in a mapped file. Whoever reads mapped ones holds the file, and trusts none of them:
/// a file may have been damaged since it was written.
/// </summary>
internal sealed unsafe class StoredArray<T> : IStoredArray
    where T : unmanaged
{
    // Vector loads that cross a cache line cost two.
    private const int Alignment = 64;

    private readonly T[]? _array;
    private readonly int _offset;
    private readonly T* _mapped;

    /// <summary>Zeros in memory.</summary>
    public StoredArray(int length)
    {
        Length = length;
        // Pinned, so that the alignment found now stays true.
        _array = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        _offset = (int)((Alignment - (address % Alignment)) % Alignment) / sizeof(T);
    }

    /// <summary>A copy in memory.</summary>
    public StoredArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Slots);

    public StoredArray(T* mapped, int length)
    {
        Length = length;
        _mapped = mapped;
    }

    public int Length { get; }

    public long Bytes => (long)Length * sizeof(T);

    public bool IsMapped => _array is null;

    public ReadOnlySpan<T> Span => _array is null ? new ReadOnlySpan<T>(_mapped, Length) : _array.AsSpan(_offset, Length);

    /// <summary>To be filled before any reader knows of the array; empty when it is mapped.</summary>
    public Span<T> Slots => _array is null ? [] : _array.AsSpan(_offset, Length);

    /// <summary>Itself, or a copy in memory of what is mapped.</summary>
    public StoredArray<T> InMemory() => IsMapped ? new StoredArray<T>(Span) : this;

    public void Write(IndexSectionSink sink)
    {
        // The bytes may be more than one span holds.
        const int Piece = 1 << 20;
        for (var done = 0; done < Length; done += Piece)
            sink.Write(MemoryMarshal.AsBytes(Span.Slice(done, Math.Min(Piece, Length - done))));
    }
}
