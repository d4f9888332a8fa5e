namespace Semblance.Evaluation;

/// <summary>
/// Decides which gallery items answer a query. The seam for multi-label sets and junk rules; everything else in this project
/// sees only the <see cref="Relevance"/> it writes. Implementations are read by several threads at once.
/// </summary>
public interface ILabelComparer
{
    int Queries { get; }

    int Gallery { get; }

    /// <summary>Writes the relevance of every gallery item to <paramref name="query"/>; <paramref name="row"/> has <see cref="Gallery"/> elements.</summary>
    void Mark(int query, Span<Relevance> row);

    /// <summary>The one class of a query, or null where a query has none or several; per-class figures count only queries that have one.</summary>
    int? ClassOfQuery(int query);

    /// <summary>The one class of a gallery item, or null where it has none or several.</summary>
    int? ClassOfGallery(int item);
}
