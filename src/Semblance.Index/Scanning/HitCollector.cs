using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// The hits of one query while its rows are scanned: the k nearest, or all within a distance, that pass the filters.
/// The filters are asked only for candidates that would be kept.
/// </summary>
internal sealed class HitCollector
{
    private readonly TopK? _nearest;
    private readonly List<Candidate>? _all;
    private readonly float _maxDistance;
    private readonly Func<long, bool>? _filter;
    private readonly IReadOnlySet<long>? _allowed;
    private readonly IReadOnlySet<long>? _except;

    /// <param name="k">How many to keep; null keeps all within <paramref name="maxDistance"/>.</param>
    /// <param name="maxDistance">Included.</param>
    /// <param name="checkAllowed">False when the scan visits members of the allowed set only.</param>
    public HitCollector(int? k, float maxDistance, SearchOptions options, bool checkAllowed)
    {
        if (k is { } bound)
            _nearest = new TopK(bound);
        else
            _all = [];
        _maxDistance = maxDistance;
        _filter = options.Filter;
        _except = options.Except;
        _allowed = checkAllowed ? options.Allowed : null;
    }

    /// <summary>Candidates farther than this are not kept; those at it may be.</summary>
    public float Bound => _nearest is null ? _maxDistance : MathF.Min(_maxDistance, _nearest.Threshold);

    /// <summary>True when the candidate was kept, which may have lowered <see cref="Bound"/>.</summary>
    public bool Offer(long id, float distance)
    {
        // Written so that NaN, which only a damaged file can bring in, fails as well.
        if (!(distance <= Bound)
            || (_except is not null && _except.Contains(id))
            || (_allowed is not null && !_allowed.Contains(id))
            || (_filter is not null && !_filter(id)))
        {
            return false;
        }
        if (_nearest is not null)
            return _nearest.Add(id, distance);
        _all!.Add(new Candidate(id, distance));
        return true;
    }

    public void Merge(HitCollector other)
    {
        if (_nearest is not null)
            _nearest.AddAll(other._nearest!);
        else
            _all!.AddRange(other._all!);
    }

    /// <summary>Nearest first, equal distances by smaller id.</summary>
    public Hit[] ToHits()
    {
        var sorted = _nearest?.ToSorted() ?? [.. _all!];
        if (_nearest is null)
            Array.Sort(sorted, static (x, y) => x.Distance != y.Distance ? x.Distance.CompareTo(y.Distance) : x.Id.CompareTo(y.Id));
        return Array.ConvertAll(sorted, static candidate => new Hit(candidate.Id, candidate.Distance));
    }
}
