using System.Runtime.CompilerServices;
using Semblance.Index.Rows;

namespace Semblance.Index.Structures;

/// <summary>One search as a structure sees it: the query, how hard to try, which rows count, and where to put the candidates.</summary>
internal sealed class StructureSearch<T>
    where T : unmanaged
{
    // Enough to tell one in ten from one in a hundred; a filter may be slow, so no more.
    private const int SelectivitySample = 128;

    // So few ids left out are better dropped from a longer answer than asked for at every row.
    private const int MaxSurplus = 32;

    private readonly SearchOptions _options;
    private readonly float[] _query;
    private readonly T[] _prepared;
    private int[] _candidates = new int[64];

    /// <param name="query">As the metric needs it: of length 1 under cosine. Empty for codes.</param>
    /// <param name="prepared">As the rows' format prepares it.</param>
    public StructureSearch(RowSnapshot<T> rows, float[] query, T[] prepared, int k, int effort, SearchOptions options)
    {
        Rows = rows;
        _query = query;
        _prepared = prepared;
        Wanted = k;
        Effort = effort;
        _options = options;
        var left = options.Except?.Count ?? 0;
        AcceptsAll = rows.Deleted == 0 && options.Filter is null && options.Allowed is null && left <= MaxSurplus;
        K = AcceptsAll ? (int)Math.Min((long)k + left, rows.Count) : k;
        Selectivity = Estimate();
    }

    public RowSnapshot<T> Rows { get; }

    public ReadOnlySpan<float> Query => _query;

    /// <summary>The query as the stored rows are measured against.</summary>
    public ReadOnlySpan<T> Prepared => _prepared;

    /// <summary>Candidates to find: as many that, without those left out, what is wanted remains.</summary>
    public int K { get; }

    /// <summary>Hits of the answer.</summary>
    public int Wanted { get; }

    /// <summary>The kind's own knob, at least 1: the candidate list of a graph, lists probed, leaves visited.</summary>
    public int Effort { get; }

    /// <summary>Whether candidates need not be asked for by <see cref="Accepts"/>; the few ids left out are dropped later.</summary>
    public bool AcceptsAll { get; }

    /// <summary>About which share of the rows is accepted.</summary>
    public float Selectivity { get; }

    /// <summary>Rows farther than this are not asked for; the bound itself is included.</summary>
    public float MaxDistance { get; init; } = float.PositiveInfinity;

    /// <summary>Where the rows of the allowed set lie, where that is known and nothing but ids left out decides besides.</summary>
    public int[]? AllowedPositions { get; init; }

    /// <summary>Ids left out in spite of the allowed set.</summary>
    public int Excepted => _options.Except?.Count ?? 0;

    /// <summary>The position of the row that the query is; −1 when it came from outside.</summary>
    public int Origin { get; init; } = -1;

    /// <summary>Set by an exact structure once nothing that belongs to the answer is missing from the candidates.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Rows or codes the structure looked at.</summary>
    public long Visited { get; set; }

    public ReadOnlySpan<int> Candidates => _candidates.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Whether the row may be returned. Positions that the snapshot does not cover may not.</summary>
    public bool Accepts(int position)
    {
        if ((uint)position >= (uint)Rows.Positions || Rows.IsDeleted(position))
            return false;
        if (_options.Filter is null && _options.Allowed is null && _options.Except is null)
            return true;
        var id = Rows.IdAt(position);
        return (_options.Except is null || !_options.Except.Contains(id))
            && (_options.Allowed is null || _options.Allowed.Contains(id)) && (_options.Filter is null || _options.Filter(id));
    }

    /// <summary>Proposes an accepted row; each at most once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int position)
    {
        if (Count == _candidates.Length)
            Array.Resize(ref _candidates, Count * 2);
        _candidates[Count++] = position;
    }

    private float Estimate()
    {
        if (Rows.Count == 0)
            return 1;
        if (_options.Filter is null)
        {
            // Ids left out need not be in the index: the share that passes is this or more.
            var passing = (float)Math.Min(_options.Allowed?.Count ?? int.MaxValue, Rows.Count) - (AcceptsAll ? 0 : _options.Except?.Count ?? 0);
            return Math.Max(passing, 1) / Rows.Count;
        }
        var accepted = 0;
        var asked = Math.Min(SelectivitySample, Rows.Positions);
        for (var i = 1; i <= asked; i++)
        {
            // Scattered, always alike: a regular step would meet filters such as every twentieth id in step.
            var scattered = (ulong)i * 0x9E3779B97F4A7C15UL >> 32;
            accepted += Accepts((int)(scattered * (ulong)Rows.Positions >> 32)) ? 1 : 0;
        }
        // Never 0: that the sample holds none does not mean that there is none.
        return (accepted + 0.5f) / (asked + 1);
    }
}
