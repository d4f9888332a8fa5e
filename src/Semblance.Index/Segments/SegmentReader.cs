using Semblance.Index.Files;

namespace Semblance.Index.Segments;

/// <summary>Hands out the arrays of an opened file's segments, one after another; their lengths are checked, their content is not.</summary>
internal sealed unsafe class SegmentReader(MappedIndexFile file, IReadOnlyList<string> names, SegmentEntry[] table)
{
    private readonly long[] _done = new long[names.Count]; // Bytes handed out of each section.
    private SegmentEntry _entry = new(0, 0, 0, []);
    private int _next;

    public int First => _entry.First;

    public int Count => _entry.Count;

    public int Built => _entry.Built;

    /// <summary>Goes to a segment: they must be read in order, and all arrays of each.</summary>
    public void Enter(int segment)
    {
        _entry = table[segment];
        _next = 0;
    }

    /// <summary>The segment's next array.</summary>
    /// <param name="length">The only length it may have; null takes what the table says.</param>
    public StoredArray<T> Array<T>(long? length = null)
        where T : unmanaged
    {
        var elements = _entry.Lengths[_next];
        if (length is { } must && elements != must)
            throw Damaged($"its section '{names[_next]}' has {elements} elements where {must} are needed");
        var held = file.SectionLength(names[_next]) ?? throw Damaged($"it lacks its section '{names[_next]}'");
        var start = _done[_next];
        var bytes = (long)elements * sizeof(T);
        if (bytes > held - start)
            throw Damaged($"its section '{names[_next]}' is too short");
        _done[_next] = start + bytes;
        return new StoredArray<T>((T*)((byte*)file.UncheckedSection(names[_next++], (UInt128)held) + start), elements, file);
    }

    /// <summary>After the last segment: nothing may be left.</summary>
    public void Finish()
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (file.SectionLength(names[i]) != _done[i])
                throw Damaged($"its section '{names[i]}' has another length than its segments");
        }
    }

    public IndexFileException Damaged(string what) => file.Damaged($"is damaged: {what}");
}
