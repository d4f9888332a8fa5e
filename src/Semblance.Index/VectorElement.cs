namespace Semblance.Index;

/// <summary>What one number of a vector file is; all are little-endian.</summary>
public enum VectorElement
{
    Float32,
    Float64,
    Float16,
    UInt8,
    Int8,
    Int32,
    Int64,
}
