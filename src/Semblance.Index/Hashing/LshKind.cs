using System.Collections.Concurrent;
using Semblance.Index.Segments;
using Semblance.Index.Structures;
using Semblance.Numerics;

namespace Semblance.Index.Hashing;

/// <summary>
/// Cross-polytope hashing (Andoni, Indyk, Laarhoven, Razenshteyn and Schmidt, "Practical and optimal LSH for angular distance", 2015):
/// a function rotates a vector at random and takes the nearest signed axis, several functions make a table's cell, and a search looks
/// into the cells of all tables in the order of how likely they hold a near row (multi-probe).
/// </summary>
internal sealed class LshKind(LshOptions options) : SegmentKind<LshSegment>
{
    private const int MaxFunctions = 64;

    private readonly PositionMarks.Pool _marks = new();
    private readonly ConcurrentDictionary<(int Width, int Number), RandomRotation> _rotations = [];

    public override IReadOnlyList<string> SectionNames => ["lsh-centre", "lsh-starts", "lsh-members"];

    public override int[] Settings => [options.Tables, options.Bits ?? 0, options.Seed, options.Effort];

    // A row takes a member in each table and at most one more cell.
    public override int MaxRows(int dimension) => (1 << 29) / options.Tables;

    public override LshSegment Build(VectorSource vectors, Metric metric, int first, int count, int threads, CancellationToken cancellationToken)
    {
        var width = Width(metric, vectors.Dimension);
        var shape = HashShape.Of(count, width, options.Tables, options.Bits);
        return new LshBuilder(vectors, metric, first, count, shape, Rotations(width, shape)).Build(threads, cancellationToken);
    }

    public override void Find<T>(LshSegment[] segments, Metric metric, StructureSearch<T> search)
    {
        var marks = _marks.Rent(search.Rows.Positions);
        // With as many probes as there are cells every row is met.
        if (search.Effort >= segments.Sum(segment => (long)segment.Cells.Count))
        {
            foreach (var segment in segments)
                MeetAll(segment, search);
        }
        else
        {
            new LshSearch<T>(segments, metric, search, marks).Run();
        }
        _marks.Return(marks);
    }

    public override LshSegment Moved(LshSegment segment, Relocation relocation, int dimension) => segment with
    {
        First = relocation.First,
        Count = relocation.Count,
        Cells = segment.Cells.Moved(relocation, segment.Tables),
    };

    public override LshSegment InMemory(LshSegment segment) => segment with { Cells = segment.Cells.InMemory() };

    public override LshSegment Read(SegmentReader reader, Metric metric, int dimension)
    {
        var width = Width(metric, dimension);
        var shape = HashShape.Of(reader.Built, width, options.Tables, options.Bits);
        var centre = reader.Array<float>(dimension).InMemory();
        foreach (var coordinate in centre.Span)
        {
            if (!float.IsFinite(coordinate))
                throw reader.Damaged($"the centre of its hash tables holds {coordinate}");
        }
        var cells = new Buckets(reader.Array<int>(((long)shape.Cells * options.Tables) + 1), reader.Array<int>((long)reader.Count * options.Tables));
        return new LshSegment(reader.First, reader.Count, reader.Built, centre, cells, shape, Rotations(width, shape));
    }

    public override string? Problem(LshSegment segment, Metric metric, VectorSource vectors)
    {
        for (var table = 0; table < segment.Tables; table++)
        {
            if (segment.Cells.Problem(table * segment.Shape.Cells, (table + 1) * segment.Shape.Cells, segment.Count) is { } problem)
                return $"in table {table} {problem}";
        }
        return null;
    }

    private static int Width(Metric metric, int dimension) => dimension + (metric == Metric.InnerProduct ? 1 : 0);

    private static void MeetAll<T>(LshSegment segment, StructureSearch<T> search)
        where T : unmanaged
    {
        search.Visited += segment.Count;
        for (var position = segment.First; position < segment.End; position++)
        {
            if (search.Accepts(position))
                search.Offer(position);
        }
    }

    // [tables, functions]; the same for all segments, which are small beside the first.
    private RandomRotation[] Rotations(int width, HashShape shape)
    {
        var rotations = new RandomRotation[options.Tables * shape.Axes.Count];
        for (var i = 0; i < rotations.Length; i++)
        {
            var number = (i / shape.Axes.Count * MaxFunctions) + (i % shape.Axes.Count);
            rotations[i] = _rotations.GetOrAdd((width, number), key => new RandomRotation(key.Width, ((long)options.Seed << 32) + key.Number));
        }
        return rotations;
    }
}
