using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Segments;

/// <summary>
/// Makes a structure that can only be built into one that grows, by the logarithmic method (Bentley and Saxe, "Decomposable searching
/// problems I", 1980): immutable segments over runs of positions, each a good deal smaller than the one before it, and a tail of the
/// latest rows that every search measures one by one. A full tail becomes a segment and takes the small ones before it along, so a row
/// is built in O(log n) times in all and a search meets O(log n) segments. Nothing that readers see ever changes.
/// </summary>
internal sealed class SegmentedStructure<T, TSegment> : IRowStructure<T>
    where T : unmanaged
    where TSegment : Segment
{
    // Measured one by one in a few microseconds: less than a small segment would cost each search.
    private const int TailRows = 256;

    // A segment is kept until what comes behind it has a quarter of its rows: few segments, at some four times the building of a factor of two.
    private const int Ratio = 4;

    private readonly SegmentKind<TSegment> _kind;
    private readonly RowFormat<T> _format;
    private readonly Metric _metric;
    private TSegment[] _segments;

    public SegmentedStructure(SegmentKind<TSegment> kind, RowFormat<T> format, Metric metric, TSegment[] segments)
    {
        _kind = kind;
        _format = format;
        _metric = metric;
        _segments = segments;
    }

    public long BytesHeld => Segments.Sum(segment => segment.BytesHeld);

    public long MappedBytes => Segments.Sum(segment => segment.MappedBytes);

    public double BytesPerVector => Segments.Length == 0 ? 0 : (double)BytesHeld / Segments[^1].End;

    public IReadOnlyList<TSegment> All => Segments;

    private TSegment[] Segments => Volatile.Read(ref _segments);

    public IRowStructure<T> Build(RowSnapshot<T> rows, int threads, CancellationToken cancellationToken)
    {
        var segments = new List<TSegment>();
        Fold(segments, rows, 0, threads, cancellationToken);
        return With(segments);
    }

    public IRowStructure<T> Append(RowSnapshot<T> rows, int first)
    {
        var segments = Segments.ToList();
        return TakesTailIn(segments, rows) ? With(segments) : this;
    }

    public IRowStructure<T> Compact(RowSnapshot<T> old, RowSnapshot<T> rows, int[] newPositions)
    {
        var segments = new List<TSegment>();
        var first = 0;
        foreach (var segment in Segments)
        {
            var places = newPositions.AsSpan(segment.First, segment.Count);
            var count = 0;
            foreach (var place in places)
                count += place >= 0 ? 1 : 0;
            // Half-empty leaves cost a search as much as full ones.
            if (count > 0 && count * 2L >= segment.Built)
                segments.Add(_kind.Moved(segment, new Relocation(places, first, count), _format.Dimension));
            else if (count > 0)
                segments.Add(_kind.Build(new RowVectors<T>(_format, rows), _metric, first, count, 1, CancellationToken.None));
            first += count;
        }
        TakesTailIn(segments, rows);
        return With(segments);
    }

    public void FindCandidates(StructureSearch<T> search)
    {
        var segments = Segments;
        if (segments.Length > 0)
            _kind.Find(segments, _metric, search);
        for (var position = End(segments); position < search.Rows.Positions; position++)
        {
            search.Visited++;
            if (search.Accepts(position))
                search.Offer(position);
        }
    }

    public IEnumerable<IndexFileSection> Sections(int positions) => SegmentSections.Write(Segments, _kind.SectionNames, _kind.Settings);

    public void Verify(List<string> problems, RowSnapshot<T> rows)
    {
        var vectors = new RowVectors<T>(_format, rows);
        var end = 0;
        foreach (var segment in Segments)
        {
            if (segment.First != end || segment.End > rows.Positions)
                problems.Add($"The segments leave the rows: one covers rows {segment.First} to {segment.End - 1}, the one before it ends at {end} and there are {rows.Positions}.");
            else if (_kind.Problem(segment, _metric, vectors) is { } problem)
                problems.Add($"The structure over rows {segment.First} to {segment.End - 1} is damaged: {problem}.");
            end = segment.End;
        }
    }

    public void Warm()
    {
        var segments = Segments;
        if (segments.Any(segment => segment.MappedBytes > 0))
            Volatile.Write(ref _segments, Array.ConvertAll(segments, _kind.InMemory));
    }

    private static int End(IReadOnlyList<TSegment> segments) => segments.Count == 0 ? 0 : segments[^1].End;

    private SegmentedStructure<T, TSegment> With(List<TSegment> segments) => new(_kind, _format, _metric, [.. segments]);

    // True when the tail was long enough to become a segment.
    private bool TakesTailIn(List<TSegment> segments, RowSnapshot<T> rows)
    {
        var first = End(segments);
        if (rows.Positions - first < TailRows)
            return false;
        var most = _kind.MaxRows(_format.Dimension);
        while (segments.Count > 0 && segments[^1].Count < (long)Ratio * (rows.Positions - first) && rows.Positions - segments[^1].First <= most)
        {
            first = segments[^1].First;
            segments.RemoveAt(segments.Count - 1);
        }
        Fold(segments, rows, first, 1, CancellationToken.None);
        return true;
    }

    private void Fold(List<TSegment> segments, RowSnapshot<T> rows, int first, int threads, CancellationToken cancellationToken)
    {
        var vectors = new RowVectors<T>(_format, rows);
        var most = _kind.MaxRows(_format.Dimension);
        while (first < rows.Positions)
        {
            var count = Math.Min(most, rows.Positions - first);
            segments.Add(_kind.Build(vectors, _metric, first, count, threads, cancellationToken));
            first += count;
        }
    }
}
