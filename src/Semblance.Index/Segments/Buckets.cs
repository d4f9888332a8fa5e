namespace Semblance.Index.Segments;

/// <summary>
/// Rows of a segment sorted into buckets (leaves of trees, cells of hash tables): bucket b holds members[starts[b] … starts[b + 1] − 1],
/// row numbers counted from the segment's first position. Either array may be mapped and lie: a bucket never reaches beyond the members,
/// and readers check each member.
/// </summary>
internal sealed class Buckets(StoredArray<int> starts, StoredArray<int> members)
{
    public StoredArray<int> Starts { get; } = starts;

    public StoredArray<int> Members { get; } = members;

    public int Count => Starts.Length - 1;

    public ReadOnlySpan<int> this[int bucket]
    {
        get
        {
            var (start, length) = Range(bucket);
            return Members.Span.Slice(start, length);
        }
    }

    /// <summary>Where the bucket's members lie.</summary>
    public (int Start, int Length) Range(int bucket)
    {
        var bounds = Starts.Span;
        var start = Math.Clamp(bounds[bucket], 0, Members.Length);
        return (start, Math.Clamp(bounds[bucket + 1], start, Members.Length) - start);
    }

    public Buckets InMemory() => new(Starts.InMemory(), Members.InMemory());

    /// <summary>The same buckets without the rows that are gone.</summary>
    /// <param name="groups">How often each row occurs: once a tree or table.</param>
    public Buckets Moved(Relocation relocation, int groups)
    {
        var bounds = new StoredArray<int>(Starts.Length);
        var left = new StoredArray<int>(checked(relocation.Count * groups));
        var next = 0;
        for (var bucket = 0; bucket < Count; bucket++)
        {
            bounds.Slots[bucket] = next;
            foreach (var member in this[bucket])
            {
                // A damaged file may name a row too often; the successor stays within its bounds.
                if (relocation.Of(member) is var row and >= 0 && next < left.Length)
                    left.Slots[next++] = row;
            }
        }
        bounds.Slots[Count] = next;
        return new Buckets(bounds, left);
    }

    /// <summary>Why buckets <paramref name="first"/> to <paramref name="end"/> − 1 do not hold each of the segment's rows once; null when they do.</summary>
    public string? Problem(int first, int end, int rows)
    {
        var seen = new bool[rows];
        var found = 0;
        for (var bucket = first; bucket < end; bucket++)
        {
            foreach (var member in this[bucket])
            {
                if ((uint)member >= (uint)rows)
                    return $"a bucket names the row {member} of {rows}";
                if (seen[member])
                    return $"row {member} is in two buckets";
                seen[member] = true;
                found++;
            }
        }
        return found == rows ? null : $"{rows - found} rows are in no bucket";
    }
}
