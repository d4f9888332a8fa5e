using Semblance.Numerics;

namespace Semblance.Index.Engine;

/// <summary>An engine over float vectors, whatever is stored of them.</summary>
internal interface IVectorEngine : IRowEngine
{
    int Dimension { get; }

    VectorStorage Storage { get; }

    void Build(ReadOnlySpan<long> ids, Matrix vectors, int threads, CancellationToken cancellationToken);

    void Add(long id, ReadOnlySpan<float> vector);

    void Add(ReadOnlySpan<long> ids, Matrix vectors);

    Hit[] Search(ReadOnlySpan<float> query, int k, int effort, SearchOptions options);

    Hit[][] SearchBatch(Matrix queries, int k, int effort, SearchOptions options, CancellationToken cancellationToken);

    Hit[] SearchRange(ReadOnlySpan<float> query, float radius, SearchOptions options);

    bool TryGetVector(long id, Span<float> vector);
}
