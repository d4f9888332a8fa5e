using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Lookups;

/// <summary>The reference: one code at a time.</summary>
internal sealed class ScalarLookupKernel : ILookupKernel
{
    public string Name => "scalar";

    public void Sums(ref byte blocks, ref byte tables, int steps, ref ushort sums, int count)
    {
        for (var block = 0; block < count; block++)
        {
            for (var row = 0; row < FastScan.BlockRows; row++)
            {
                var sum = 0;
                for (var step = 0; step < steps; step++)
                {
                    ref var codes = ref Unsafe.Add(ref blocks, ((nint)block * steps + step) * 64);
                    ref var table = ref Unsafe.Add(ref tables, (nint)step * 128);
                    var first = Unsafe.Add(ref codes, row);
                    var second = Unsafe.Add(ref codes, 32 + row);
                    sum += Unsafe.Add(ref table, first & 15) + Unsafe.Add(ref table, 64 + (first >> 4))
                        + Unsafe.Add(ref table, 32 + (second & 15)) + Unsafe.Add(ref table, 96 + (second >> 4));
                }
                Unsafe.Add(ref sums, (nint)block * FastScan.BlockRows + row) = (ushort)sum;
            }
        }
    }
}
