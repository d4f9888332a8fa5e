namespace Semblance.Index.Segments;

/// <summary>Where the rows of one segment went when the removed ones were left out; their order stays.</summary>
/// <param name="newPositions">Of the segment's rows: new position, or −1.</param>
/// <param name="first">The segment's new first position.</param>
/// <param name="count">Rows that are left.</param>
internal readonly ref struct Relocation(ReadOnlySpan<int> newPositions, int first, int count)
{
    private readonly ReadOnlySpan<int> _newPositions = newPositions;

    public int First { get; } = first;

    public int Count { get; } = count;

    /// <summary>The row's number in the segment now, or −1; −1 as well for a number that is none of a row.</summary>
    public int Of(int row)
    {
        if ((uint)row >= (uint)_newPositions.Length || _newPositions[row] < 0)
            return -1;
        return _newPositions[row] - First;
    }
}
