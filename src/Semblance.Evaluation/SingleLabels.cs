namespace Semblance.Evaluation;

/// <summary>One class per item: a gallery item is relevant when its label equals the query's.</summary>
public sealed class SingleLabels : ILabelComparer
{
    private readonly int[] _queries;
    private readonly int[] _gallery;

    /// <summary>Labels of the queries and of the gallery, in one numbering; any int is a label.</summary>
    public SingleLabels(ReadOnlySpan<int> queries, ReadOnlySpan<int> gallery)
    {
        _queries = queries.ToArray();
        _gallery = gallery.ToArray();
    }

    /// <summary>Labels of a set that is searched in itself.</summary>
    public SingleLabels(ReadOnlySpan<int> labels) => _queries = _gallery = labels.ToArray();

    public int Queries => _queries.Length;

    public int Gallery => _gallery.Length;

    public void Mark(int query, Span<Relevance> row)
    {
        var label = _queries[query];
        for (var i = 0; i < _gallery.Length; i++)
            row[i] = _gallery[i] == label ? Relevance.Relevant : Relevance.Irrelevant;
    }

    public int? ClassOfQuery(int query) => _queries[query];

    public int? ClassOfGallery(int item) => _gallery[item];
}
