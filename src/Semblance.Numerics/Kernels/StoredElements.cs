namespace Semblance.Numerics.Kernels;

/// <summary>Where the bits of 16-bit numbers lie in float32.</summary>
internal static class StoredElements
{
    public const int BFloat16Shift = 16;

    public const int HalfShift = 13;

    /// <summary>After a signed widening and the shift: the sign, and the 15 bits below its copies.</summary>
    public const int HalfBits = unchecked((int)0x8FFF_E000);

    /// <summary>2 to the power of 127 − 15 = 112.</summary>
    public const float HalfBias = 5.192296858534828e33f;
}
