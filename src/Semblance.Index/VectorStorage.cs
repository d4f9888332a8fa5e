namespace Semblance.Index;

/// <summary>
/// What an index keeps of each vector for its final distances. Less than 32 bits an element makes distances approximate.
/// </summary>
public enum VectorStorage
{
    /// <summary>The vector as it came: 4 bytes an element, exact distances.</summary>
    Float32,

    /// <summary>IEEE half precision: 2 bytes an element, relative error 2⁻¹¹; elements beyond ±65,504 are refused.</summary>
    Float16,

    /// <summary>bfloat16: 2 bytes an element, relative error 2⁻⁹ over the whole range of float.</summary>
    BFloat16,

    /// <summary>Scalar quantisation to 8 bits over the range of each vector: 1 byte an element and 16 a vector.</summary>
    Byte,
}
