namespace Semblance.Index;

/// <summary>
/// How far two rows are apart: float vectors, or bit codes under <see cref="Hamming"/>. Every metric is a distance: smaller is nearer.
/// The numbers are part of the file format.
/// </summary>
public enum Metric
{
    /// <summary>1 − cos(a, b), in [0, 2]. A zero vector is at distance 1 from everything.</summary>
    Cosine = 0,

    /// <summary>The Euclidean distance √Σ(aᵢ − bᵢ)², not its square.</summary>
    L2 = 1,

    /// <summary>−a·b: the larger the inner product, the smaller (the more negative) the distance.</summary>
    InnerProduct = 2,

    /// <summary>The number of differing bits. Of codes only: an index of float vectors refuses it.</summary>
    Hamming = 3,
}
