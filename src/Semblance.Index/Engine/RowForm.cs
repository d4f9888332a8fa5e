using Semblance.Index.Files;

namespace Semblance.Index.Engine;

/// <summary>What tells one sort of rows from another: how a row becomes a query, what judges its recall, how it lies in a file.</summary>
internal abstract class RowForm<T>
    where T : unmanaged
{
    /// <summary>Elements of a row.</summary>
    public abstract int Width { get; }

    /// <summary>Elements of a prepared query.</summary>
    public abstract int QueryWidth { get; }

    /// <summary>Elements of a vector, or bits of a code.</summary>
    public abstract int Dimension { get; }

    /// <summary>As a file's header names it: null for codes.</summary>
    public abstract Metric? Metric { get; }

    /// <summary>The section of a file that holds the rows.</summary>
    public abstract string Section { get; }

    /// <summary>Whether rows are so small that their ids count, and are packed.</summary>
    public abstract bool PacksIds { get; }

    /// <summary>Whether a row as near as the last of the true nearest is as good: distances of few values tie by the hundred.</summary>
    public abstract bool TiesAreHits { get; }

    /// <summary>What else a file must say of the rows.</summary>
    public abstract IEnumerable<IndexFileSection> Sections { get; }

    /// <summary>A stored row as the query for its neighbours.</summary>
    public abstract RowQuery<T> QueryOf(ReadOnlySpan<T> row);

    /// <summary>Why the row cannot be what was added, as a part of a sentence; null when it can.</summary>
    public abstract string? Problem(ReadOnlySpan<T> row);
}
