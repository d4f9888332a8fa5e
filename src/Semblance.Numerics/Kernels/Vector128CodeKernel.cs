using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using VecB = System.Runtime.Intrinsics.Vector128<byte>;
using VecU = System.Runtime.Intrinsics.Vector128<uint>;

namespace Semblance.Numerics.Kernels;

/// <summary>Sixteen bytes at a time: SSSE3, Arm's dot product, or whatever 128-bit vectors the machine has.</summary>
internal sealed unsafe class Vector128CodeKernel : ICodeKernel
{
    public string Name => "128";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Nibbles(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        var levels = Vector128.Create((byte)0x78);
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            VecU even = default, odd = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
            {
                // A group of 64 bytes of code has its low halves' query first, then its high halves'.
                var first = query + i + (i & ~63);
                var packed = Vector128.Load(code + i);
                even = AddSquares(even, Vector128.Load(first), (packed << 3) & levels);
                odd = AddSquares(odd, Vector128.Load(first + 64), (packed >> 1) & levels);
            }
            distances[c] = (int)Vector128.Sum(even + odd);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Bytes(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            VecU sum = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
                sum = AddSquares(sum, Vector128.Load(query + i), Vector128.Load(code + i));
            distances[c] = (int)Vector128.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void NibbleProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        var levels = Vector128.Create((byte)15);
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            Vector128<int> even = default, odd = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
            {
                var first = query + i + (i & ~63);
                var packed = Vector128.Load(code + i);
                even = AddProducts(even, packed & levels, Vector128.Load(first));
                odd = AddProducts(odd, (packed >> 4) & levels, Vector128.Load(first + 64));
            }
            distances[c] = bias - Vector128.Sum(even + odd);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ByteProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            Vector128<int> sum = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
                sum = AddProducts(sum, Vector128.Load(code + i), Vector128.Load(query + i));
            distances[c] = bias - Vector128.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> AddProducts(Vector128<int> sum, VecB code, Vector128<sbyte> query)
    {
        if (Ssse3.IsSupported)
            return sum + Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(code, query), Vector128.Create((short)1));
        // Codes are below 128: as signed bytes they are themselves.
        if (Dp.IsSupported)
            return Dp.DotProduct(sum, code.AsSByte(), query);
        var (codeLow, codeHigh) = Vector128.Widen(code.AsSByte());
        var (queryLow, queryHigh) = Vector128.Widen(query);
        var (low0, low1) = Vector128.Widen(codeLow * queryLow);
        var (high0, high1) = Vector128.Widen(codeHigh * queryHigh);
        return sum + low0 + low1 + high0 + high1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecU AddSquares(VecU sum, VecB a, VecB b)
    {
        if (Ssse3.IsSupported)
        {
            var size = Ssse3.Abs((a - b).AsSByte());
            return sum + Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(size, size.AsSByte()), Vector128.Create((short)1)).AsUInt32();
        }
        if (Dp.IsSupported)
        {
            var size = AdvSimd.AbsoluteDifference(a, b);
            return Dp.DotProduct(sum, size, size);
        }
        var (low, high) = Vector128.Widen(Vector128.Abs((a - b).AsSByte()).AsByte());
        var (low0, low1) = Vector128.Widen(low * low);
        var (high0, high1) = Vector128.Widen(high * high);
        return sum + low0 + low1 + high0 + high1;
    }
}
