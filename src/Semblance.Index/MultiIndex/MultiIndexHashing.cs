using System.Runtime.InteropServices;
using Semblance.Index.Files;
using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.MultiIndex;

/// <summary>
/// The substring tables over the first <see cref="_built"/> rows of a store of codes; the rows after them are scanned. Immutable:
/// every change that matters makes a successor.
/// </summary>
internal sealed class MultiIndexHashing : IRowStructure<ulong>
{
    private const string LayoutSection = "mih-layout";
    private const string StartsSection = "mih-starts";
    private const string PositionsSection = "mih-positions";

    // Scanning a sixteenth of the codes costs little beside a search; building again costs sixteen codes for each that is added.
    private const int RebuildAtOneIn = 16;

    private readonly EnumerationCost _cost;
    private readonly SubstringLayout? _layout;
    private readonly SubstringTable[] _tables;
    private readonly int _built;

    private MultiIndexHashing(EnumerationCost cost, SubstringLayout? layout, SubstringTable[] tables, int built)
        => (_cost, _layout, _tables, _built) = (cost, layout, tables, built);

    public bool IsExact => true;

    public long BytesHeld => _tables.Sum(table => table.BytesHeld);

    public long MappedBytes => _tables.Where(table => table.IsMapped).Sum(table => table.BytesHeld);

    public double BytesPerVector => _built == 0 ? 0 : BytesHeld / (double)_built;

    public static MultiIndexHashing Empty(EnumerationCost cost) => new(cost, null, [], 0);

    public static unsafe MultiIndexHashing Open(MappedIndexFile file, RowSnapshot<ulong> rows, EnumerationCost cost)
    {
        var words = file.Header.Dimension / 64;
        if (file.SectionLength(LayoutSection) is not { } length || length % sizeof(ulong) != 0 || length < 2 * sizeof(ulong) || length > 1 << 20)
            throw file.Damaged("is damaged: its layout of substrings is missing or cut off");
        var numbers = new ReadOnlySpan<ulong>(file.Section(LayoutSection, (UInt128)length), (int)(length / sizeof(ulong)));
        if (numbers[0] > (ulong)rows.Positions || numbers[1] > int.MaxValue || numbers.Length != 2 + (long)numbers[1] * words)
            throw file.Damaged("is damaged: its layout of substrings contradicts itself");
        var built = (int)numbers[0];
        if (numbers[1] == 0)
            return built == 0 ? Empty(cost) : throw file.Damaged("is damaged: its tables have no substrings");
        var layout = new SubstringLayout(numbers[2..].ToArray(), words);
        if (!layout.IsSound())
            throw file.Damaged("is damaged: its substrings do not share out the bits");
        var buckets = Enumerable.Range(0, layout.Substrings).Select(substring => 1L << layout.Bits(substring)).ToArray();
        var starts = (uint*)file.Section(StartsSection, (UInt128)buckets.Sum(count => count + 1) * sizeof(uint));
        var positions = (int*)file.Section(PositionsSection, (UInt128)buckets.Length * (UInt128)built * sizeof(int));
        var tables = new SubstringTable[buckets.Length];
        for (var substring = 0; substring < tables.Length; substring++)
        {
            tables[substring] = new SubstringTable(buckets[substring], built, starts, positions);
            starts += buckets[substring] + 1;
            positions += built;
        }
        return new MultiIndexHashing(cost, layout, tables, built);
    }

    public IRowStructure<ulong> Build(RowSnapshot<ulong> rows, int threads, CancellationToken cancellationToken)
    {
        if (rows.Positions < _cost.MinimumRows)
            return Empty(_cost);
        var layout = SubstringLayout.For(rows, rows.Blocks[0].Width);
        var tables = new SubstringTable[layout.Substrings];
        Parallel.For(0, tables.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, substring =>
            tables[substring] = new SubstringTable(rows, rows.Positions, layout, substring, cancellationToken));
        return new MultiIndexHashing(_cost, layout, tables, rows.Positions);
    }

    public IRowStructure<ulong> Append(RowSnapshot<ulong> rows, int first) =>
        rows.Positions - _built < Math.Max(_cost.MinimumRows, _built / RebuildAtOneIn) ? this : Build(rows, 1, CancellationToken.None);

    public IRowStructure<ulong> Compact(RowSnapshot<ulong> old, RowSnapshot<ulong> rows, int[] newPositions) => Build(rows, 1, CancellationToken.None);

    /// <summary>Offers all codes that belong to the answer, or leaves the search incomplete where a scan costs less.</summary>
    public void FindCandidates(StructureSearch<ulong> search)
    {
        if (_layout is not null)
            new SubstringEnumeration(_layout, _tables, _cost, search).Run(_built);
        GC.KeepAlive(_tables);
    }

    public IEnumerable<IndexFileSection> Sections(int positions)
    {
        ulong[] layout = [(ulong)_built, (ulong)_tables.Length, .. _layout is null ? [] : _layout.Masks];
        yield return new(LayoutSection, layout.Length * sizeof(ulong), sink => sink.Write(MemoryMarshal.AsBytes<ulong>(layout)));
        yield return new(StartsSection, _tables.Sum(table => table.StartBytes), sink =>
        {
            foreach (var table in _tables)
                WriteStarts(table, sink);
        });
        yield return new(PositionsSection, _tables.Sum(table => table.PositionBytes), sink =>
        {
            foreach (var table in _tables)
                WritePositions(table, sink);
        });
    }

    public void Verify(List<string> problems, RowSnapshot<ulong> rows)
    {
        for (var substring = 0; substring < _tables.Length; substring++)
        {
            if (_tables[substring].Problem(rows, _layout!, substring) is { } problem)
                problems.Add($"The table of substring {substring} {problem}.");
        }
    }

    /// <summary>A search touches scattered lines of the tables, which the system's page cache holds as well as memory of its own would.</summary>
    public void Warm()
    {
    }

    private static unsafe void WriteStarts(SubstringTable table, IndexSectionSink sink)
    {
        sink.Write(new ReadOnlySpan<byte>(table.Starts, checked((int)table.StartBytes)));
        GC.KeepAlive(table);
    }

    private static unsafe void WritePositions(SubstringTable table, IndexSectionSink sink)
    {
        const int Piece = 1 << 20;
        for (var done = 0; done < table.Count; done += Piece)
            sink.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(table.Positions + done, Math.Min(Piece, table.Count - done))));
        GC.KeepAlive(table);
    }
}
