using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Segments;

/// <summary>How one kind of index builds, searches and reads its segments. Holds the kind's options and nothing of any rows.</summary>
internal abstract class SegmentKind<TSegment> : IStructureKind
    where TSegment : Segment
{
    /// <summary>Names of the sections that hold a segment's <see cref="Segment.Arrays"/>, in their order.</summary>
    public abstract IReadOnlyList<string> SectionNames { get; }

    /// <summary>The options, as they are saved.</summary>
    public abstract int[] Settings { get; }

    /// <summary>Rows that one segment can hold, because none of its arrays may have more elements than an array can.</summary>
    public abstract int MaxRows(int dimension);

    /// <summary>A segment over some rows. The outcome does not depend on <paramref name="threads"/>.</summary>
    public abstract TSegment Build(VectorSource vectors, Metric metric, int first, int count, int threads, CancellationToken cancellationToken);

    /// <summary>Proposes rows of all segments, hardest efforts spent where the query's neighbours seem to be.</summary>
    public abstract void Find<T>(TSegment[] segments, Metric metric, StructureSearch<T> search)
        where T : unmanaged;

    public abstract TSegment Moved(TSegment segment, Relocation relocation, int dimension);

    public abstract TSegment InMemory(TSegment segment);

    /// <summary>The segment whose arrays the reader hands out, in the order of <see cref="SectionNames"/>.</summary>
    public abstract TSegment Read(SegmentReader reader, Metric metric, int dimension);

    /// <summary>Why the segment cannot lead to all of its rows; null when it can.</summary>
    public abstract string? Problem(TSegment segment, Metric metric, VectorSource vectors);

    public IRowStructure<T> Create<T>(RowFormat<T> format, Metric metric)
        where T : unmanaged => new SegmentedStructure<T, TSegment>(this, format, metric, []);

    public IRowStructure<T> Open<T>(RowFormat<T> format, Metric metric, MappedIndexFile file, RowSnapshot<T> rows)
        where T : unmanaged
    {
        var table = SegmentSections.ReadTable(file, SectionNames.Count, rows.Positions);
        var segments = new TSegment[table.Length];
        var reader = new SegmentReader(file, SectionNames, table);
        for (var i = 0; i < segments.Length; i++)
        {
            reader.Enter(i);
            segments[i] = Read(reader, metric, format.Dimension);
        }
        reader.Finish();
        return new SegmentedStructure<T, TSegment>(this, format, metric, segments);
    }
}
