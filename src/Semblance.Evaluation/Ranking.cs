namespace Semblance.Evaluation;

/// <summary>
/// Gallery items at one distance from the query: <paramref name="Before"/> items are nearer, <paramref name="Count"/> items are at this distance
/// and <paramref name="Relevant"/> of those are relevant. A group of one is an item without ties.
/// </summary>
public readonly record struct TieGroup(int Before, int Count, int Relevant);

/// <summary>
/// One query's ranking, reduced to what every metric needs: the tie groups that hold relevant items, nearest first. Groups of irrelevant
/// items alone show only as gaps. O(relevant items) memory whatever the gallery's size. Immutable.
/// </summary>
public sealed class Ranking
{
    private readonly TieGroup[] _groups;

    /// <summary>
    /// <paramref name="groups"/> in rank order, each holding a relevant item; <paramref name="relevant"/> is R, the relevant items of the
    /// gallery without the query itself, and may exceed those that the groups hold (some were never retrieved).
    /// </summary>
    public Ranking(ReadOnlySpan<TieGroup> groups, int relevant, int depth = int.MaxValue)
        : this(groups.ToArray(), relevant, depth)
    {
    }

    private Ranking(TieGroup[] groups, int relevant, int depth)
    {
        var next = 0;
        var found = 0L;
        foreach (var group in groups)
        {
            if (group.Before < next || group.Relevant < 1 || group.Relevant > group.Count)
                throw new ArgumentException($"{group} does not follow a group that ends at rank {next}, or holds no relevant item.", nameof(groups));
            next = group.Before + group.Count;
            found += group.Relevant;
        }
        if (found > relevant)
            throw new ArgumentException($"The ranking holds {found} relevant items and R is {relevant}.", nameof(relevant));
        _groups = groups;
        Relevant = relevant;
        Depth = depth;
    }

    /// <summary>R: how many relevant items the gallery holds, the query itself not counted.</summary>
    public int Relevant { get; }

    /// <summary>Ranks beyond this are unknown, and metrics that need them throw; <see cref="int.MaxValue"/> for a whole ranking.</summary>
    public int Depth { get; }

    public ReadOnlySpan<TieGroup> Groups => _groups;

    /// <summary>Whether some relevant item shares its distance with an irrelevant one, so that a plain metric would depend on the order inside ties.</summary>
    public bool HasTies
    {
        get
        {
            foreach (var group in _groups)
            {
                if (group.Relevant < group.Count)
                    return true;
            }
            return false;
        }
    }

    /// <summary>A strict order, nearest first. <paramref name="relevant"/> is R where items were never retrieved; by default those flagged.</summary>
    public static Ranking FromRelevance(ReadOnlySpan<bool> flags, int? relevant = null)
    {
        var groups = new List<TieGroup>();
        for (var i = 0; i < flags.Length; i++)
        {
            if (flags[i])
                groups.Add(new TieGroup(i, 1, 1));
        }
        return new Ranking([.. groups], relevant ?? groups.Count, int.MaxValue);
    }

    /// <summary>A whole gallery in any order: distances with the relevance of each item; equal distances are ties. NaN is refused. O(n log R).</summary>
    public static Ranking FromDistances(ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance) =>
        new Streaming.RowRanker().Rank(distances, relevance, out _);

    /// <summary>The same order with every tie broken in favour of the relevant items.</summary>
    public Ranking Optimistic() => new([.. _groups.Select(g => g with { Count = g.Relevant })], Relevant, Depth);

    /// <summary>The same order with every tie broken against the relevant items.</summary>
    public Ranking Pessimistic() =>
        new([.. _groups.Select(g => new TieGroup(g.Before + g.Count - g.Relevant, g.Relevant, g.Relevant))], Relevant, Depth);

    /// <summary>Takes ownership of <paramref name="groups"/>.</summary>
    internal static Ranking Own(TieGroup[] groups, int relevant, int depth) => new(groups, relevant, depth);
}
