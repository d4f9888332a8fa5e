using Semblance.Index;

namespace Semblance.Lab.Neighbours;

/// <summary>One index under measurement, asked by the number of the query.</summary>
internal abstract class AnnSubject : IDisposable
{
    public abstract IReadOnlyList<int> Efforts { get; }

    /// <summary>Everything it holds, spare room included, by row.</summary>
    public abstract double BytesPerVector { get; }

    public abstract void Build(CancellationToken cancellationToken);

    public abstract IReadOnlyList<Hit> Search(int query, int k, SearchOptions options);

    /// <summary>All queries at once.</summary>
    public abstract IReadOnlyList<Hit>[] SearchAll(int k, SearchOptions options, CancellationToken cancellationToken);

    public abstract void Dispose();

    protected static long[] Ids(int count)
    {
        var ids = new long[count];
        for (var i = 0; i < count; i++)
            ids[i] = i;
        return ids;
    }
}
