using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Spaces;

/// <summary>Neighbours among vectors that a program brings, by cosine: exact.</summary>
internal sealed class MatrixNeighbours : INeighbourSearch, IDisposable
{
    private readonly VectorIndex _index;

    /// <param name="vectors"><c>[ids.Length, d]</c>.</param>
    public MatrixNeighbours(long[] ids, Matrix vectors)
    {
        _index = VectorIndexes.Create(ExactVectorIndex.KindName, Math.Max(1, vectors.Columns), Metric.Cosine);
        if (ids.Length > 0)
            _index.Build(ids, vectors);
    }

    /// <summary>Over vectors that are asked for when neighbours are.</summary>
    public static Func<CancellationToken, INeighbourSearch> Over(Func<CancellationToken, (long[] Ids, Matrix Vectors)> vectors) => cancel =>
    {
        var (ids, rows) = vectors(cancel);
        return new MatrixNeighbours(ids, rows);
    };

    public IReadOnlyList<SpaceHit>[] Neighbours(IReadOnlyList<long> itemIds, int k, SpaceSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SpaceSearchOptions();
        var places = Enumerable.Range(0, itemIds.Count).Where(i => _index.Contains(itemIds[i])).ToArray();
        var answers = new IReadOnlyList<SpaceHit>[itemIds.Count];
        Array.Fill(answers, []);
        var found = _index.NeighboursOf(Array.ConvertAll(places, i => itemIds[i]), k, new SearchOptions { Allowed = options.Allowed, MaxDistance = options.MaxDistance, Threads = options.Threads }, cancellationToken);
        for (var i = 0; i < places.Length; i++)
            answers[places[i]] = [.. found[i].Select(hit => new SpaceHit(hit.Id, hit.Distance, 0))];
        return answers;
    }

    public bool Contains(long itemId) => _index.Contains(itemId);

    public float ScoreOf(float distance) => 1 - distance;

    public float DistanceOf(float score) => 1 - score;

    public void Dispose() => _index.Dispose();
}
