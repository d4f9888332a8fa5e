namespace Semblance.Index;

/// <summary>
/// How a graph is built, over whatever rows. What is in a file stays as it was built; options given at opening count for later changes.
/// </summary>
public abstract record GraphOptions
{
    /// <summary>The least <see cref="M"/> there is.</summary>
    public const int LeastM = 4;

    private const int GreatestM = 256;
    private const int GreatestEf = 4096;

    /// <summary>
    /// Neighbours of a node on the upper levels; on the lowest twice as many at most. More raise recall at equal effort, memory (8 bytes a vector each) and
    /// the time of a build.
    /// </summary>
    public int M
    {
        get;
        init => field = value is >= LeastM and <= GreatestM
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"M must be between {LeastM} and {GreatestM}.");
    } = 16;

    /// <summary>
    /// Candidates among which a node chooses its neighbours, in each of the two passes of a build. More make a better graph and a slower build.
    /// </summary>
    public int EfConstruction
    {
        get;
        init => field = value is >= 8 and <= GreatestEf
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"EfConstruction must be between 8 and {GreatestEf}.");
    } = 80;

    /// <summary>Effort of searches that name none and no target recall: the candidates kept on the way. Never fewer than the k of the search.</summary>
    public int EfSearch
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "EfSearch must be at least 1.");
    } = 64;

    /// <summary>Threads of a build, of a large batch that is added and of compaction. The graph is the same each time on one thread only.</summary>
    public int BuildThreads
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "BuildThreads must be at least 1.");
    } = Environment.ProcessorCount;

    /// <summary>Of whatever is drawn at random: the nodes' levels, and for vectors their rotation.</summary>
    public long Seed { get; init; } = 1;
}
