using Semblance.Index.Files;
using Semblance.Numerics;

namespace Semblance.Index.Engine;

/// <summary>An index behind its checks of arguments: what <see cref="VectorIndex"/> does, whatever is stored of a vector.</summary>
internal interface IVectorEngine : IDisposable
{
    int Dimension { get; }

    long Count { get; }

    VectorStorage Storage { get; }

    bool HasStructure { get; }

    void Build(ReadOnlySpan<long> ids, Matrix vectors, int threads, CancellationToken cancellationToken);

    void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors);

    bool Remove(long id);

    bool Contains(long id);

    Hit[] Search(ReadOnlySpan<float> query, int k, int effort, SearchOptions options);

    Hit[] Scan(ReadOnlySpan<float> query, int k, SearchOptions options);

    /// <param name="effort">0 scans all rows.</param>
    Hit[][] SearchBatch(Matrix queries, int k, int effort, SearchOptions options, CancellationToken cancellationToken);

    /// <param name="effort">0 scans all rows.</param>
    Hit[][] NeighboursOf(ReadOnlySpan<long> ids, int k, int effort, SearchOptions options, CancellationToken cancellationToken);

    Hit[] SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions options);

    bool TryGetVector(long id, Span<float> vector);

    /// <summary>Ids of up to <paramref name="count"/> live rows spread over the index.</summary>
    long[] SampleIds(int count);

    void Compact();

    void Save(string path, string kind, long generation, RecallCurve? curve, IReadOnlyList<IndexFileSection> beside);

    void Verify(List<string> problems);

    void Warm();

    IndexStatistics Statistics(string kind, long generation);
}
