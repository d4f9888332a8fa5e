using System.Numerics.Tensors;
using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Hashing;

/// <summary>
/// One multi-probe search over the tables of all segments. A probe is a rank for each of a table's functions; its cost is the sum of
/// theirs. Each probe brings those that differ from it by one rank more in its last raised function or a later one, so every combination
/// comes up once, in the order of cost.
/// </summary>
internal sealed class LshSearch<T>
    where T : unmanaged
{
    private readonly LshSegment[] _segments;
    private readonly StructureSearch<T> _search;
    private readonly PositionMarks _marks;
    private readonly AxisRanking[][] _rankings; // By segment: [tables, functions].
    private readonly BoundQueue<Probe> _probes = new();
    private int[] _ranks = new int[256]; // The ranks of all probes, one run after another.
    private int _rankCount;

    public LshSearch(LshSegment[] segments, Metric metric, StructureSearch<T> search, PositionMarks marks)
    {
        _segments = segments;
        _search = search;
        _marks = marks;
        _rankings = Array.ConvertAll(segments, segment => Rank(segment, search.Query));
        for (var s = 0; s < segments.Length; s++)
        {
            for (var table = 0; table < segments[s].Tables; table++)
                _probes.Push(0, new Probe(s, table, NewRanks(segments[s].Functions), 0));
        }
    }

    /// <param name="Segment">Its number.</param>
    /// <param name="Table">In the segment.</param>
    /// <param name="Ranks">Where its ranks begin.</param>
    /// <param name="Raised">The last function whose rank is above 0.</param>
    private readonly record struct Probe(int Segment, int Table, int Ranks, int Raised);

    public void Run()
    {
        var budget = EffortBudget.Of(_search.Effort, _search.Selectivity);
        var most = EffortBudget.WhileTooFew(_search.Effort);
        for (long done = 0; _probes.Count > 0 && (done < budget || (done < most && _search.Count < _search.K)); done++)
        {
            var (cost, probe) = _probes.Pop();
            Visit(probe);
            PushNext(cost, probe);
        }
    }

    private static AxisRanking[] Rank(LshSegment segment, ReadOnlySpan<float> query)
    {
        var point = new float[segment.Rotations[0].Dimension];
        TensorPrimitives.Subtract(query, segment.Centre.Span, point);
        // Of one length in all segments, so that their costs compare.
        VectorMath.NormalizeL2(point);
        var rotated = new float[point.Length];
        var rankings = new AxisRanking[segment.Rotations.Length];
        for (var i = 0; i < rankings.Length; i++)
        {
            segment.Rotations[i].Apply(point, rotated);
            rankings[i] = new AxisRanking(rotated.AsSpan(0, segment.Shape.Axes[i % segment.Functions]));
        }
        return rankings;
    }

    private void Visit(Probe probe)
    {
        var segment = _segments[probe.Segment];
        var cell = 0;
        for (var function = 0; function < segment.Functions; function++)
        {
            var ranking = Ranking(probe, function);
            cell = (cell * ranking.Count) + ranking.Code(_ranks[probe.Ranks + function]);
        }
        foreach (var member in segment.Cells[(probe.Table * segment.Shape.Cells) + cell])
        {
            if ((uint)member >= (uint)segment.Count || !_marks.Add(segment.First + member))
                continue;
            _search.Visited++;
            if (_search.Accepts(segment.First + member))
                _search.Offer(segment.First + member);
        }
    }

    private void PushNext(double cost, Probe probe)
    {
        var functions = _segments[probe.Segment].Functions;
        for (var function = probe.Raised; function < functions; function++)
        {
            var ranking = Ranking(probe, function);
            var rank = _ranks[probe.Ranks + function];
            if (rank + 1 == ranking.Count)
                continue;
            var ranks = NewRanks(functions);
            _ranks.AsSpan(probe.Ranks, functions).CopyTo(_ranks.AsSpan(ranks, functions));
            _ranks[ranks + function]++;
            _probes.Push(cost - ranking.Cost(rank) + ranking.Cost(rank + 1), probe with { Ranks = ranks, Raised = function });
        }
    }

    private AxisRanking Ranking(Probe probe, int function) => _rankings[probe.Segment][(probe.Table * _segments[probe.Segment].Functions) + function];

    private int NewRanks(int functions)
    {
        if (_rankCount + functions > _ranks.Length)
            Array.Resize(ref _ranks, Math.Max(_ranks.Length * 2, _rankCount + functions));
        var ranks = _rankCount;
        _rankCount += functions;
        return ranks;
    }
}
