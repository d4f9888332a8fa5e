using System.Runtime.InteropServices;
using Semblance.Index.Files;
using Semblance.Numerics.Memory;

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
/// Numbers in memory of their own or in a mapped file. Whoever reads mapped ones holds the file, and trusts none of them: a file may have
/// been damaged since it was written.
/// </summary>
internal sealed unsafe class StoredArray<T> : IStoredArray
    where T : unmanaged
{
    private readonly HugeMemory? _memory; // Null when mapped.
    private readonly T* _start;
    private MappedIndexFile? _unchecked; // The file whose blocks nobody has touched here yet.

    /// <summary>Zeros in memory.</summary>
    public StoredArray(int length)
    {
        Length = length;
        _memory = new HugeMemory(Bytes);
        _start = (T*)_memory.Start;
        Slots.Clear();
    }

    /// <summary>A copy in memory.</summary>
    public StoredArray(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Slots);

    /// <summary>In an unchecked section of a file.</summary>
    public StoredArray(T* mapped, int length, MappedIndexFile file)
    {
        _unchecked = file;
        Length = length;
        _start = mapped;
    }

    public int Length { get; }

    public long Bytes => (long)Length * sizeof(T);

    public bool IsMapped => _memory is null;

    public ReadOnlySpan<T> Span
    {
        get
        {
            if (_unchecked is not null)
                CheckAll();
            return new(_start, Length);
        }
    }

    /// <summary>To be filled before any reader knows of the array; empty when it is mapped.</summary>
    public Span<T> Slots => new(_start, IsMapped ? 0 : Length);

    /// <summary>Itself, or a copy in memory of what is mapped.</summary>
    public StoredArray<T> InMemory() => IsMapped ? new StoredArray<T>(Span) : this;

    private void CheckAll()
    {
        _unchecked?.Check(_start, Bytes);
        _unchecked = null;
    }

    public void Write(IndexSectionSink sink)
    {
        // The bytes may be more than one span holds.
        const int Piece = 1 << 20;
        for (var done = 0; done < Length; done += Piece)
            sink.Write(MemoryMarshal.AsBytes(Span.Slice(done, Math.Min(Piece, Length - done))));
    }
}
