namespace Semblance.Index.Segments;

/// <summary>
/// A structure over the rows at positions First … First + Count − 1 that never changes once it is built. Rows are numbered from 0 in it,
/// so that it can be moved as a whole.
/// </summary>
/// <param name="First">Position of the first row.</param>
/// <param name="Count">Rows.</param>
/// <param name="Built">Rows when it was built: what compactions have taken since is missing in its leaves or cells.</param>
internal abstract record Segment(int First, int Count, int Built)
{
    public int End => First + Count;

    /// <summary>Everything it holds, in the order of the kind's sections.</summary>
    public abstract IReadOnlyList<IStoredArray> Arrays { get; }

    public long BytesHeld => Arrays.Sum(array => array.Bytes);

    public long MappedBytes => Arrays.Sum(array => array.IsMapped ? array.Bytes : 0);
}
