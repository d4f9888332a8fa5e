namespace Semblance.Index;

/// <summary>
/// Nearest-neighbour search over bit codes by Hamming distance: the number of differing bits, an integer carried as a float in
/// <see cref="Hit.Distance"/>. A code is <c>Words = Bits / 64</c> words; bit i is bit <c>i % 64</c> of word <c>i / 64</c>.
/// Many codes in one call are packed row after row, <c>[n, Words]</c>.
/// Ids, ties, concurrency, errors and files follow the contract of <see cref="IRowIndex"/>; its metric is <see cref="Metric.Hamming"/>.
/// </summary>
public interface ICodeIndex : IRowIndex
{
    /// <summary>Bits of a code, a multiple of 64.</summary>
    int Bits { get; }

    /// <summary>Replaces the whole content. Where an id occurs twice, the later row counts.</summary>
    void Build(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes, CancellationToken cancellationToken = default);

    /// <summary>Adds one code, or replaces the code of the same id.</summary>
    void Add(long id, ReadOnlySpan<ulong> code);

    /// <summary>Adds or replaces codes as one change: all or, on an error, none.</summary>
    void Add(ReadOnlySpan<long> ids, ReadOnlySpan<ulong> codes);

    /// <summary>The <paramref name="k"/> nearest codes, nearest first.</summary>
    IReadOnlyList<Hit> Search(ReadOnlySpan<ulong> query, int k, SearchOptions? options = null);

    /// <summary>The answers of many queries, packed <c>[q, Words]</c>, in their order and from one moment of the index.</summary>
    IReadOnlyList<Hit>[] SearchBatch(ReadOnlySpan<ulong> queries, int k, SearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>All codes that differ in at most <paramref name="radius"/> bits, nearest first, equal distances by smaller id.</summary>
    IReadOnlyList<Hit> SearchRange(ReadOnlySpan<ulong> query, int radius, SearchOptions? options = null);

    /// <summary>Copies the code into <paramref name="code"/> (Words long); false when the id is not there.</summary>
    bool TryGetCode(long id, Span<ulong> code);
}
