using System.Runtime.InteropServices;
using Semblance.Index.Files;
using Semblance.Numerics;
using Semblance.Numerics.Memory;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// The lists of an inverted file. One writer, many readers: a list that is full is replaced by a longer copy, and readers finish on
/// the one they hold.
/// </summary>
internal sealed unsafe class InvertedLists
{
    private const string CountsSection = "list-counts";
    private const string PositionsSection = "list-positions";
    private const string TermsSection = "list-terms";
    private const string CodesSection = "list-codes";
    private const int Line = 64;

    private readonly InvertedList[] _lists;

    /// <summary>Empty lists with room for so many rows each.</summary>
    public InvertedLists(ListCodes codes, ReadOnlySpan<int> capacities)
    {
        Codes = codes;
        _lists = new InvertedList[capacities.Length];
        var memory = new HugeMemory(Total(codes, capacities));
        var at = memory.Start;
        for (var list = 0; list < _lists.Length; list++)
            _lists[list] = Take(ref at, capacities[list], 0, memory);
    }

    private InvertedLists(ListCodes codes, InvertedList[] lists)
    {
        Codes = codes;
        _lists = lists;
    }

    public ListCodes Codes { get; }

    /// <summary>Bytes of positions and codes, spare room included.</summary>
    public long BytesHeld => _lists.Sum(BytesOf);

    public long MappedBytes => _lists.Where(static list => list.Owner is null).Sum(BytesOf);

    public InvertedList this[int list] => Volatile.Read(ref _lists[list]);

    public void Add(int list, int position, ReadOnlySpan<byte> code, float term)
    {
        var target = _lists[list];
        if (target.Owner is null || target.Count == target.Capacity)
            target = Grow(list);
        var row = target.Count;
        target.PositionSlots[row] = position;
        Codes.Put(code, target.CodeSlots, row);
        if (Codes.Width > 0)
            target.TermSlots[row] = term;
        target.Count = row + 1;
    }

    /// <summary>Lists without the rows whose new position is −1.</summary>
    public InvertedLists Compact(int[] newPositions)
    {
        var capacities = new int[_lists.Length];
        for (var list = 0; list < capacities.Length; list++)
        {
            foreach (var position in _lists[list].Positions)
                capacities[list] += Kept(newPositions, position) >= 0 ? 1 : 0;
        }
        var compact = new InvertedLists(Codes, capacities);
        for (var list = 0; list < capacities.Length; list++)
        {
            var (source, target) = (_lists[list], compact._lists[list]);
            var positions = source.Positions;
            for (var row = 0; row < positions.Length; row++)
            {
                var position = Kept(newPositions, positions[row]);
                if (position < 0)
                    continue;
                target.PositionSlots[target.Count] = position;
                Codes.Copy(source.Codes, row, target.CodeSlots, target.Count);
                if (Codes.Width > 0)
                    target.TermSlots[target.Count] = source.Terms[row];
                target.Count++;
            }
        }
        return compact;
    }

    /// <summary>Copies mapped lists into memory, one by one beside readers and the writer's lock.</summary>
    public void Warm()
    {
        var capacities = Array.ConvertAll(_lists, static list => list.Owner is null ? list.Count : 0);
        if (capacities.All(static capacity => capacity == 0))
            return;
        var memory = new HugeMemory(Total(Codes, capacities));
        var at = memory.Start;
        for (var list = 0; list < _lists.Length; list++)
        {
            var mapped = Volatile.Read(ref _lists[list]);
            if (mapped.Owner is not null)
                continue;
            var copy = Take(ref at, capacities[list], mapped.Count, memory);
            mapped.Positions.CopyTo(copy.PositionSlots);
            mapped.Terms.CopyTo(copy.TermSlots);
            mapped.Codes.CopyTo(copy.CodeSlots);
            // The writer may have replaced the list by a longer one meanwhile: then that one stays.
            Interlocked.CompareExchange(ref _lists[list], copy, mapped);
        }
    }

    public IEnumerable<IndexFileSection> Sections()
    {
        var counts = Array.ConvertAll(_lists, static list => list.Count);
        long rows = counts.Sum(static count => (long)count);
        yield return new IndexFileSection(CountsSection, (long)counts.Length * sizeof(int), sink => sink.Write(MemoryMarshal.AsBytes<int>(counts)));
        yield return new IndexFileSection(PositionsSection, rows * sizeof(int), sink =>
        {
            foreach (var list in _lists)
                sink.Write(MemoryMarshal.AsBytes(list.Positions));
        });
        if (Codes.Width == 0)
            yield break;
        // Terms are read in whole blocks: the last list needs room behind it.
        yield return new IndexFileSection(TermsSection, (rows + FastScan.BlockRows) * sizeof(float), sink =>
        {
            foreach (var list in _lists)
                sink.Write(MemoryMarshal.AsBytes(list.Terms[..list.Count]));
            sink.Write(new byte[FastScan.BlockRows * sizeof(float)]);
        });
        yield return new IndexFileSection(CodesSection, counts.Sum(Codes.Bytes), sink =>
        {
            foreach (var list in _lists)
                sink.Write(list.Codes[..(int)Codes.Bytes(list.Count)]);
        });
    }

    public static InvertedLists Open(ListCodes codes, int lists, MappedIndexFile file, int rows)
    {
        var counts = new ReadOnlySpan<int>(file.Section(CountsSection, (UInt128)lists * sizeof(int)), lists);
        long listed = 0;
        long codeBytes = 0;
        foreach (var count in counts)
        {
            if (count < 0 || count > rows)
                throw file.Damaged($"is damaged: a list holds {count} rows");
            listed += count;
            codeBytes += codes.Bytes(count);
        }
        if (listed != rows)
            throw file.Damaged($"is damaged: its lists hold {listed} rows of {rows}");
        var position = (int*)file.UncheckedSection(PositionsSection, (UInt128)rows * sizeof(int));
        var term = codes.Width == 0 ? null : (float*)file.UncheckedSection(TermsSection, ((UInt128)rows + FastScan.BlockRows) * sizeof(float));
        var code = codes.Width == 0 ? null : (byte*)file.UncheckedSection(CodesSection, (UInt128)codeBytes);
        var opened = new InvertedList[lists];
        for (var list = 0; list < lists; list++)
        {
            var bytes = codes.Bytes(counts[list]);
            opened[list] = new InvertedList(position, term, code, bytes, counts[list], counts[list], null, file);
            position += counts[list];
            term += term is null ? 0 : counts[list];
            code += bytes;
        }
        return new InvertedLists(codes, opened);
    }

    /// <summary>Every position of <paramref name="rows"/> must stand in one list once.</summary>
    public void Verify(List<string> problems, int rows)
    {
        var seen = new ulong[(rows + 63) / 64];
        long listed = 0;
        foreach (var list in _lists)
        {
            foreach (var position in list.Positions)
            {
                // Rows that were appended after the snapshot stand behind.
                if (position >= rows)
                    continue;
                if (position < 0 || (seen[position >> 6] >> (position & 63) & 1) != 0)
                {
                    problems.Add($"The lists name position {position}, which does not exist or stands in them twice.");
                    return;
                }
                seen[position >> 6] |= 1UL << (position & 63);
                listed++;
            }
            GC.KeepAlive(list);
        }
        if (listed != rows)
            problems.Add($"The lists name {listed} of {rows} rows.");
    }

    // Positions of a damaged file may be any number.
    private static int Kept(int[] newPositions, int position) => (uint)position < (uint)newPositions.Length ? newPositions[position] : -1;

    private static long Total(ListCodes codes, ReadOnlySpan<int> capacities)
    {
        long total = 0;
        foreach (var capacity in capacities)
            total += Align(codes.Bytes(capacity)) + Align((long)Room(capacity) * sizeof(int)) + (codes.Width > 0 ? Align((long)Room(capacity) * sizeof(float)) : 0);
        return total;
    }

    // Terms are read in whole blocks.
    private static int Room(int capacity) => (capacity + FastScan.BlockRows - 1) / FastScan.BlockRows * FastScan.BlockRows;

    private static long BytesOf(InvertedList list) =>
        (list.Capacity * (long)sizeof(int)) + (list.TermSlots.Length * (long)sizeof(float)) + list.CodeBytes;

    private static long Align(long bytes) => (bytes + Line - 1) / Line * Line;

    private InvertedList Grow(int list)
    {
        var full = _lists[list];
        var capacity = Math.Max(32, full.Count + (full.Count / 2));
        var memory = new HugeMemory(Total(Codes, [capacity]));
        var at = memory.Start;
        var grown = Take(ref at, capacity, full.Count, memory);
        full.Positions.CopyTo(grown.PositionSlots);
        full.Terms[..(Codes.Width > 0 ? full.Count : 0)].CopyTo(grown.TermSlots);
        full.Codes[..(int)Codes.Bytes(full.Count)].CopyTo(grown.CodeSlots);
        Volatile.Write(ref _lists[list], grown);
        return grown;
    }

    private InvertedList Take(ref byte* at, int capacity, int count, HugeMemory memory)
    {
        var bytes = Codes.Bytes(capacity);
        var codes = at;
        // Unused places of a block are read with the others.
        new Span<byte>(codes, (int)bytes).Clear();
        at += Align(bytes);
        var positions = (int*)at;
        at += Align((long)Room(capacity) * sizeof(int));
        var terms = Codes.Width > 0 ? (float*)at : null;
        if (terms is not null)
        {
            new Span<float>(terms, Room(capacity)).Clear();
            at += Align((long)Room(capacity) * sizeof(float));
        }
        return new InvertedList(positions, terms, codes, bytes, count, capacity, memory);
    }
}
