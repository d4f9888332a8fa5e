using System.Diagnostics;
using Semblance.Index;
using Semblance.Lab.Neighbours;

namespace Semblance.Lab;

/// <summary>
/// Builds one kind and measures its settings. Recall is that of all queries. Times are medians of rounds, one query at a call as a
/// program asks them; the rounds of slow settings take as many of the
/// queries as fit in a few seconds, those of fast ones ask them several times.
/// </summary>
public sealed class AnnMeasurement : IDisposable
{
    private const double MostSecondsPerRound = 3;

    // Below this a round tells more of the machine's other work than of the search.
    private const double LeastSecondsPerRound = 0.1;
    private const int FewestTimed = 20;
    private const double NothingLeft = 0.9995;
    private const double WhereCeilingsAre = 0.9;
    private const double LeastGain = 0.0002;

    private readonly string _kind;
    private readonly AnnData _data;
    private readonly AnnTruth _truth;
    private readonly AnnSubject _subject;
    private readonly int _k;
    private readonly int _rounds;
    private readonly int _threads;
    private double _buildSeconds;
    private double _buildCpuSeconds;

    public AnnMeasurement(string kind, AnnData data, AnnTruth truth, int k, int rounds, int threads, int seed)
    {
        (_kind, _data, _truth, _k, _rounds, _threads) = (kind, data, truth, k, rounds, threads);
        _subject = data.Create(kind, threads, seed);
    }

    /// <summary>The depth that a target means: ten, or fewer where fewer are asked.</summary>
    public int TargetDepth => Math.Min(_k, 10);

    public (double Seconds, double CpuSeconds) Build(CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        _subject.Build(cancellationToken);
        _buildSeconds = clock.Elapsed.TotalSeconds;
        process.Refresh();
        _buildCpuSeconds = (process.TotalProcessorTime - cpu).TotalSeconds;
        return (_buildSeconds, _buildCpuSeconds);
    }

    /// <summary>Every setting, rising, until nothing is left to find.</summary>
    public IEnumerable<AnnRow> Sweep(CancellationToken cancellationToken)
    {
        if (_subject.Efforts.Count == 0)
        {
            yield return Measure(null, null, cancellationToken);
            yield break;
        }
        var (best, idle) = (0.0, 0);
        foreach (var effort in _subject.Efforts)
        {
            var row = Measure(effort, null, cancellationToken);
            yield return row;
            var recall = (_k >= 10 ? row.RecallAt10 : row.RecallAt1) ?? 0;
            idle = recall > best + LeastGain ? 0 : idle + 1;
            best = Math.Max(best, recall);
            // Kinds that keep vectors rounded have a ceiling of their own.
            if (best >= NothingLeft || (best > WhereCeilingsAre && idle == 2))
                yield break;
        }
    }

    /// <summary>The least effort that reaches a recall, measured; null, and the best that was reached, where none does.</summary>
    public (AnnRow? Row, double Best) Reach(double target, CancellationToken cancellationToken)
    {
        if (_subject.Efforts.Count == 0)
        {
            var only = RecallOf(null, cancellationToken);
            return (only >= target ? Measure(null, target, cancellationToken) : null, only);
        }
        var (below, best) = (0, 0.0);
        foreach (var effort in _subject.Efforts)
        {
            best = Math.Max(best, RecallOf(effort, cancellationToken));
            if (best < target)
            {
                below = effort;
                continue;
            }
            var least = effort;
            while (least - below > 1)
            {
                var middle = below + ((least - below) / 2);
                if (RecallOf(middle, cancellationToken) >= target)
                    least = middle;
                else
                    below = middle;
            }
            return (Measure(least, target, cancellationToken), best);
        }
        return (null, best);
    }

    public void Dispose() => _subject.Dispose();

    private double RecallOf(int? effort, CancellationToken cancellationToken) =>
        _truth.Recall(_subject.SearchAll(_k, new SearchOptions { Effort = effort, Threads = _threads }, cancellationToken), TargetDepth) ?? 0;

    private AnnRow Measure(int? effort, double? target, CancellationToken cancellationToken)
    {
        var options = new SearchOptions { Effort = effort };
        var answers = _subject.SearchAll(_k, options with { Threads = _threads }, cancellationToken);
        // At the same setting, asked for a hundred.
        var hundred = _truth.Known < AnnTruth.Depth ? null : _k >= AnnTruth.Depth ? answers : _subject.SearchAll(AnnTruth.Depth, options with { Threads = _threads }, cancellationToken);
        var timed = QueriesToTime(options);
        var latencies = new List<double>(timed * _rounds);
        var (one, two) = (new double[_rounds], new double[_rounds]);
        for (var round = 0; round < _rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            one[round] = timed / Alone(timed, options, latencies);
            two[round] = timed / Together(timed, options);
        }
        latencies.Sort();
        return new AnnRow
        {
            Kind = _kind,
            Setting = effort is null ? "" : $"effort={effort}",
            TargetRecall = target,
            RecallAt1 = _truth.Recall(answers, 1),
            RecallAt10 = _k >= 10 ? _truth.Recall(answers, 10) : null,
            RecallAt100 = hundred is null ? null : _truth.Recall(hundred, AnnTruth.Depth),
            Qps1 = Median(one),
            Qps2 = Median(two),
            P50Microseconds = latencies[latencies.Count / 2],
            P99Microseconds = latencies[Math.Min(latencies.Count - 1, (int)(latencies.Count * 0.99))],
            BuildSeconds = _buildSeconds,
            BuildCpuSeconds = _buildCpuSeconds,
            BytesPerVector = _subject.BytesPerVector,
        };
    }

    // More than there are, which are then asked again, where searches are fast. Doubles as the warm-up of the setting.
    private int QueriesToTime(SearchOptions options)
    {
        var few = Math.Min(FewestTimed, _data.Queries);
        var each = Alone(few, options, []) / few;
        return (int)Math.Max(few, Math.Min(Math.Max(_data.Queries, LeastSecondsPerRound / each), MostSecondsPerRound / each));
    }

    private double Alone(int queries, SearchOptions options, List<double> latencies)
    {
        var start = Stopwatch.GetTimestamp();
        for (var query = 0; query < queries; query++)
        {
            var before = Stopwatch.GetTimestamp();
            _subject.Search(query % _data.Queries, _k, options);
            latencies.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private double Together(int queries, SearchOptions options)
    {
        var next = -1;
        var workers = new Thread[2];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                for (var query = Interlocked.Increment(ref next); query < queries; query = Interlocked.Increment(ref next))
                    _subject.Search(query % _data.Queries, _k, options);
            });
            workers[i].Start();
        }
        foreach (var worker in workers)
            worker.Join();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
