namespace Semblance.Index.Scanning;

/// <summary>How a metric's keys follow from inner products of rows and queries that are both plain float32 vectors.</summary>
internal enum ProductForm
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The key is −x·q.</summary>
    Negated,

    /// <summary>The key is −x·q, and the lengths are 1 or 0 up to rounding.</summary>
    NegatedCosine,

    /// <summary>The key is |x|² + |q|² − 2x·q.</summary>
    SquaredDistance,
}
