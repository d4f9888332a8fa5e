using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Graph;

/// <summary>How stored rows and queries become what a graph's walks compare.</summary>
internal abstract class NodeEncoder<T>
    where T : unmanaged
{
    /// <summary>
    /// What it costs to measure a stored row in a scan, beside the 25 that it costs to visit a node: about nanoseconds.
    /// </summary>
    public abstract double MeasureCost { get; }

    /// <summary>What a visit costs beside one at 128 dimensions; it grows with the code.</summary>
    public abstract double VisitScale { get; }

    /// <summary>The most rows that <see cref="Train"/> looks at.</summary>
    public abstract int SampleRows { get; }

    /// <summary>Whether a row is among its own nearest: then a search for its neighbours begins at its node.</summary>
    public abstract bool IsNearItself { get; }

    /// <summary>A codec for these rows, of which there is at least one.</summary>
    public abstract NodeCodec Train(RowSnapshot<T> rows);

    /// <summary>Makes a row the query of the next walks.</summary>
    public abstract void LoadRow(RowSnapshot<T> rows, int position, SearchContext context);

    /// <summary>Makes what leads to the neighbourhood of the searched row the query of the next walks.</summary>
    public abstract void LoadGuide(StructureSearch<T> search, SearchContext context);

    /// <summary>After <see cref="LoadGuide"/>: makes the searched row itself the query of the next walks.</summary>
    public abstract void LoadQuery(StructureSearch<T> search, SearchContext context);
}
