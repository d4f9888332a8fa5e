using Semblance.Index.Files;

namespace Semblance.Index.Engine;

/// <summary>What an index of any sort of rows does, behind its checks of arguments. Efforts of 0 stand for a scan of all rows.</summary>
internal interface IRowEngine : IDisposable
{
    long Count { get; }

    /// <summary>Whether searches may miss rows that belong to the answer, and have an effort.</summary>
    bool IsApproximate { get; }

    RecallCurve? RecallCurve { get; }

    float DefaultTargetRecall { get; set; }

    long Generation { get; set; }

    bool Remove(long id);

    bool Contains(long id);

    /// <summary>The effort of a search: the one it names, what was measured for its target recall, or else <paramref name="untuned"/>.</summary>
    int EffortOf(SearchOptions options, int untuned);

    Hit[][] NeighboursOf(ReadOnlySpan<long> ids, int k, int effort, SearchOptions options, CancellationToken cancellationToken);

    /// <summary>Measures recall against effort with rows of its own, where it is approximate and holds more than <paramref name="k"/>.</summary>
    /// <param name="efforts">Worth measuring, ascending.</param>
    void Tune(int queries, int k, IEnumerable<int> efforts, CancellationToken cancellationToken);

    void Compact();

    /// <param name="beside">Sections of the caller's own.</param>
    void Save(string path, string kind, IReadOnlyList<IndexFileSection> beside);

    IndexVerification Verify();

    void Warm();

    IndexStatistics Statistics(string kind);
}
