using Semblance.Index.Files;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The rows of one list: their positions, codes and the terms that go with codes, in memory that <paramref name="owner"/> keeps. The writer fills rows behind
/// <see cref="Count"/> and then raises it; readers see rows below it only, and keep this object
/// alive while they use what it gives out.
/// </summary>
/// <param name="file">Where the list lies in unchecked sections; the first to read of it checks all of it.</param>
internal sealed unsafe class InvertedList(int* positions, float* terms, byte* codes, long codeBytes, int count, int capacity, object? owner, MappedIndexFile? file = null)
{
    private int _count = count;
    private MappedIndexFile? _unchecked = file;

    public int Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }

    /// <summary>Rows there is room for; a mapped list has none to spare.</summary>
    public int Capacity { get; } = capacity;

    public ReadOnlySpan<int> Positions
    {
        get
        {
            EnsureChecked();
            return new(positions, Count);
        }
    }

    /// <summary>Empty where there are no codes.</summary>
    public ReadOnlySpan<float> Terms
    {
        get
        {
            EnsureChecked();
            return terms is null ? [] : new(terms, Capacity);
        }
    }

    /// <summary>All codes there is room for.</summary>
    public ReadOnlySpan<byte> Codes
    {
        get
        {
            EnsureChecked();
            return new(codes, (int)codeBytes);
        }
    }

    /// <summary>Bytes of <see cref="Codes"/>.</summary>
    public long CodeBytes => codeBytes;

    /// <summary>Asks for what a search reads first, while it is still busy with the list before.</summary>
    public void Prefetch()
    {
        const int Bytes = 2048;
        if (_unchecked is not null)
            return;
        MemoryHint.Prefetch(Codes[..(int)Math.Min(Bytes, codeBytes)]);
        MemoryHint.Prefetch(Terms[..Math.Min(Bytes / 8 / sizeof(float), Terms.Length)]);
    }

    /// <summary>Null for lists in a mapped file.</summary>
    public object? Owner => owner;

    /// <summary>The writer's view.</summary>
    public Span<int> PositionSlots => new(positions, Capacity);

    /// <summary>The writer's view.</summary>
    public Span<float> TermSlots => terms is null ? [] : new(terms, Capacity);

    /// <summary>The writer's view.</summary>
    public Span<byte> CodeSlots => new(codes, (int)codeBytes);

    private void EnsureChecked()
    {
        if (_unchecked is not { } file)
            return;
        file.Check(positions, (long)Capacity * sizeof(int));
        file.Check(codes, codeBytes);
        if (terms is not null)
            file.Check(terms, (long)Capacity * sizeof(float));
        _unchecked = null;
    }
}
