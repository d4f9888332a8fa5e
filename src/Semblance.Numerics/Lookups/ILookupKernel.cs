namespace Semblance.Numerics.Lookups;

/// <summary>One instruction set's loop over packed 4-bit codes; layouts are those of <see cref="FastScan"/>.</summary>
internal interface ILookupKernel
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    string Name { get; }

    /// <param name="steps">Groups of four numbers in a code, at least 1.</param>
    /// <param name="count">Blocks.</param>
    void Sums(ref byte blocks, ref byte tables, int steps, ref ushort sums, int count);
}
