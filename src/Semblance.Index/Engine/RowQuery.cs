namespace Semblance.Index.Engine;

/// <summary>A query in the forms that searches need.</summary>
/// <param name="Vector">As the metric needs it: of length 1 under cosine. Empty for codes.</param>
/// <param name="Prepared">As the stored rows are measured against.</param>
internal readonly record struct RowQuery<T>(float[] Vector, T[] Prepared)
    where T : unmanaged;
