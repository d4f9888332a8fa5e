using System.Diagnostics;

namespace Semblance.Index.Engine;

/// <summary>One of the rows that tuning asks with, in whatever form: its neighbours exactly, and as a search at an effort finds them.</summary>
internal interface ITuningQuery
{
    /// <summary>The row itself, which is no neighbour.</summary>
    long Id { get; }

    Hit[] Scan(int k);

    Hit[] Search(int k, int effort);
}

/// <summary>Measures recall and time of searches against scans over the same rows, at rising efforts.</summary>
/// <param name="k">Neighbours that recall counts.</param>
/// <param name="tiesAreHits">Whether a hit as near as the true k-th counts as found.</param>
internal sealed class RecallTuning(IReadOnlyList<ITuningQuery> queries, int k, bool tiesAreHits)
{
    // Enough that nothing more is to be found; where rows are alike, ties by identity keep the recall below it whatever the effort.
    private const float Complete = 0.9995f;

    // Gives up when so many times the effort has found nothing more.
    private const int FutileFactor = 4;

    private readonly Hit[][] _truth = new Hit[queries.Count][];
    private readonly HashSet<long>[] _true = new HashSet<long>[queries.Count];

    /// <param name="rows">Rows that the index holds.</param>
    /// <param name="efforts">Ascending.</param>
    public RecallCurve Run(long rows, IEnumerable<int> efforts, CancellationToken cancellationToken)
    {
        var scan = Scan(cancellationToken);
        var points = new List<RecallPoint>();
        var lastGain = 0;
        foreach (var effort in efforts)
        {
            var (recall, time) = Search(effort, cancellationToken);
            // Averages of many searches may fall by noise where the search cannot: the curve does not.
            recall = Math.Max(recall, points.Count == 0 ? 0 : points[^1].Recall);
            points.Add(new RecallPoint(effort, recall, (float)time));
            if (points.Count == 1 || recall > points[^2].Recall)
                lastGain = effort;
            if (recall >= Complete || (effort >= FutileFactor * lastGain && time > scan))
                break;
        }
        return new RecallCurve(k, rows, points);
    }

    // The median time of a scan in microseconds; remembers what it found.
    private double Scan(CancellationToken cancellationToken)
    {
        var times = new double[queries.Count];
        for (var q = 0; q < times.Length; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            var hits = queries[q].Scan(k + 1);
            times[q] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            _truth[q] = [.. Others(hits, q)];
            _true[q] = [.. _truth[q].Select(hit => hit.Id)];
        }
        return Median(times);
    }

    private (float Recall, double Microseconds) Search(int effort, CancellationToken cancellationToken)
    {
        var times = new double[queries.Count];
        double found = 0;
        for (var q = 0; q < times.Length; q++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            var hits = queries[q].Search(k + 1, effort);
            times[q] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            found += Others(hits, q).Count(hit => IsTrue(hit, q)) / (double)Math.Max(1, _truth[q].Length);
        }
        return ((float)(found / times.Length), Median(times));
    }

    private IEnumerable<Hit> Others(Hit[] hits, int query) => hits.Where(hit => hit.Id != queries[query].Id).Take(k);

    private bool IsTrue(Hit hit, int query) =>
        tiesAreHits ? _truth[query].Length > 0 && hit.Distance <= _truth[query][^1].Distance : _true[query].Contains(hit.Id);

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
