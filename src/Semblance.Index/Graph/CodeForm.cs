namespace Semblance.Index.Graph;

/// <summary>How the codes of a graph's nodes are packed and what their distance is.</summary>
internal enum CodeForm
{
    /// <summary>Two coordinates of 16 levels share a byte; squared Euclidean distance to a query of 128 levels.</summary>
    Nibbles,

    /// <summary>A byte with 128 levels for each coordinate; squared Euclidean distance.</summary>
    Bytes,

    /// <summary>Words of 64 bits; Hamming distance.</summary>
    Bits,
}
