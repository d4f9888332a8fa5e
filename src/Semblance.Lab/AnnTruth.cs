using Semblance.Index;
using Semblance.Lab.Neighbours;

namespace Semblance.Lab;

/// <summary>
/// The true neighbours of every query. A hit counts as found when it is one of the first k true ids or exactly as far away as
/// the k-th: among equal distances, of which Hamming has many, which ids stand in the truth is chance.
/// </summary>
public sealed class AnnTruth
{
    /// <summary>As deep as recall is measured.</summary>
    public const int Depth = 100;

    private readonly AnnData _data;
    private readonly long[] _ids;
    private readonly int _columns;

    private AnnTruth(AnnData data, long[] ids, int columns)
    {
        _data = data;
        _ids = ids;
        _columns = columns;
    }

    /// <summary>True neighbours that are known of each query.</summary>
    public int Known => _columns;

    /// <exception cref="MeasurementException">The file cannot be read or belongs to other vectors.</exception>
    public static AnnTruth Read(string path, AnnData data, CancellationToken cancellationToken)
    {
        var (ids, columns) = AnnFiles.Neighbours(path, data.Queries, cancellationToken);
        var foreign = Array.FindIndex(ids, id => id < 0 || id >= data.Rows);
        return foreign < 0
            ? new AnnTruth(data, ids, columns)
            : throw new MeasurementException($"'{path}' names the row {ids[foreign]} as a neighbour of query {foreign / columns}, and the base has rows 0 to {data.Rows - 1}.");
    }

    /// <summary>By exact search, in batches.</summary>
    public static AnnTruth Find(AnnData data, int k, int threads, CancellationToken cancellationToken)
    {
        using var exact = data.CreateExact();
        exact.Build(cancellationToken);
        var columns = Math.Min(Math.Max(k, Depth), data.Rows);
        var answers = exact.SearchAll(columns, new SearchOptions { Threads = threads }, cancellationToken);
        return new AnnTruth(data, [.. answers.SelectMany(hits => hits.Select(hit => hit.Id))], columns);
    }

    /// <summary>The share of the <paramref name="at"/> true nearest that the first hits of each answer hold; null where fewer are known.</summary>
    public double? Recall(IReadOnlyList<Hit>[] answers, int at)
    {
        if (at > _columns)
            return null;
        var found = 0L;
        for (var query = 0; query < answers.Length; query++)
        {
            var nearest = _ids.AsSpan(query * _columns, at);
            var limit = _data.Distance(query, nearest[^1]);
            foreach (var hit in answers[query].Take(at))
            {
                if (nearest.Contains(hit.Id) || _data.Distance(query, hit.Id) <= limit)
                    found++;
            }
        }
        return found / ((double)answers.Length * at);
    }
}
