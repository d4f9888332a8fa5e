namespace Semblance.Evaluation;

/// <summary>
/// Several labels per item: a gallery item is relevant when it shares at least one label with the query
/// (the rule of NUS-WIDE, COCO and MIRFlickr in the hashing papers). An item without labels is relevant to nothing.
/// </summary>
public sealed class SharedLabels : ILabelComparer
{
    private readonly ulong[] _queries;
    private readonly ulong[] _gallery;
    private readonly int _words;
    private readonly int?[] _queryClasses;
    private readonly int?[] _galleryClasses;

    /// <summary>Label lists of the queries and of the gallery, in one numbering from 0. Memory: one bit per item and label number.</summary>
    public SharedLabels(IReadOnlyList<IReadOnlyList<int>> queries, IReadOnlyList<IReadOnlyList<int>> gallery)
    {
        var top = Math.Max(Highest(queries), Highest(gallery));
        _words = top / 64 + 1;
        Queries = queries.Count;
        Gallery = gallery.Count;
        _queries = Pack(queries);
        _gallery = ReferenceEquals(queries, gallery) ? _queries : Pack(gallery);
        _queryClasses = [.. queries.Select(Only)];
        _galleryClasses = [.. gallery.Select(Only)];
    }

    public int Queries { get; }

    public int Gallery { get; }

    public void Mark(int query, Span<Relevance> row)
    {
        var own = _queries.AsSpan(query * _words, _words);
        for (var i = 0; i < Gallery; i++)
        {
            var other = _gallery.AsSpan(i * _words, _words);
            var shared = 0UL;
            for (var w = 0; w < own.Length; w++)
                shared |= own[w] & other[w];
            row[i] = shared != 0 ? Relevance.Relevant : Relevance.Irrelevant;
        }
    }

    public int? ClassOfQuery(int query) => _queryClasses[query];

    public int? ClassOfGallery(int item) => _galleryClasses[item];

    private static int? Only(IReadOnlyList<int> labels) => labels.Count == 1 ? labels[0] : null;

    private static int Highest(IReadOnlyList<IReadOnlyList<int>> items)
    {
        var highest = 0;
        for (var i = 0; i < items.Count; i++)
        {
            foreach (var label in items[i])
            {
                if (label < 0)
                    throw new ArgumentException($"Item {i} has the label {label}; multi-label numbers start at 0.", nameof(items));
                highest = Math.Max(highest, label);
            }
        }
        return highest;
    }

    private ulong[] Pack(IReadOnlyList<IReadOnlyList<int>> items)
    {
        var packed = new ulong[items.Count * _words];
        for (var i = 0; i < items.Count; i++)
        {
            foreach (var label in items[i])
                packed[i * _words + label / 64] |= 1UL << (label % 64);
        }
        return packed;
    }
}
