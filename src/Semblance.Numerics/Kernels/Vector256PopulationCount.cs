using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ISA = System.Runtime.Intrinsics.X86.Avx2;
using Vec = System.Runtime.Intrinsics.Vector256;
using VecUI64 = System.Runtime.Intrinsics.Vector256<ulong>;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// Hamming distance by counting nibbles with a byte shuffle (Avx2; Muła, Kurz and Lemire, "Faster population counts using
/// AVX2 instructions", 2018). Codes of up to 4 words go 4 codes at a time: every word is counted in a lane of its own, and
/// neighbouring lanes are added until one lane is one code.
/// </summary>
internal static class Vector256PopulationCount
{
    private static Vector128<byte> Nibbles => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Hamming(ref ulong a, ref ulong b, int words)
    {
        VecUI64 sums = default;
        nint i = 0;
        for (; i + VecUI64.Count <= words; i += VecUI64.Count)
            sums += Count(Vec.LoadUnsafe(ref a, (nuint)i) ^ Vec.LoadUnsafe(ref b, (nuint)i));
        var distance = (int)Vec.Sum(sums);
        for (; i < words; i++)
            distance += BitOperations.PopCount(Unsafe.Add(ref a, i) ^ Unsafe.Add(ref b, i));
        return distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HammingRows(ref ulong query, ref ulong codes, int words, Span<int> result)
    {
        var blocks = result.Length / VecUI64.Count * VecUI64.Count;
        switch (words)
        {
            case 1:
                OneWord(Vec.Create(query), ref codes, result[..blocks]);
                break;
            case 2:
                TwoWords(Vec.Create(Vector128.LoadUnsafe(ref query), Vector128.LoadUnsafe(ref query)), ref codes, result[..blocks]);
                break;
            case 4:
                FourWords(Vec.LoadUnsafe(ref query), ref codes, result[..blocks]);
                break;
            default:
                blocks = 0;
                break;
        }
        for (var row = blocks; row < result.Length; row++)
            result[row] = Hamming(ref query, ref Unsafe.Add(ref codes, (nint)row * words), words);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneWord(VecUI64 query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += VecUI64.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, (nint)row);
            Store(Count(ref code, 0, query), ref result[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoWords(VecUI64 query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += VecUI64.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, 2 * (nint)row);
            Store(AddPairs(Count(ref code, 0, query), Count(ref code, 1, query)), ref result[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourWords(VecUI64 query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += VecUI64.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, 4 * (nint)row);
            var pairs0 = AddPairs(Count(ref code, 0, query), Count(ref code, 1, query));
            var pairs1 = AddPairs(Count(ref code, 2, query), Count(ref code, 3, query));
            Store(AddPairs(pairs0, pairs1), ref result[row]);
        }
    }

    /// <summary>Bits that differ in each word of the vector that stands <paramref name="vector"/> vectors on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecUI64 Count(ref ulong codes, int vector, VecUI64 query)
        => Count(Vec.LoadUnsafe(ref codes, (nuint)(vector * VecUI64.Count)) ^ query);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecUI64 Count(VecUI64 words)
    {
        var table = Vector256.Create(Nibbles, Nibbles);
        var mask = Vec.Create((byte)0x0F);
        var low = ISA.Shuffle(table, words.AsByte() & mask);
        var high = ISA.Shuffle(table, (words.AsUInt16() >>> 4).AsByte() & mask);
        return ISA.SumAbsoluteDifferences(low + high, default).AsUInt64();
    }

    /// <summary>[l₀ + l₁, l₂ + l₃, …, r₀ + r₁, r₂ + r₃, …].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecUI64 AddPairs(VecUI64 left, VecUI64 right)
        => ISA.Permute4x64(ISA.UnpackLow(left, right) + ISA.UnpackHigh(left, right), 0b11_01_10_00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(VecUI64 distances, ref int result)
        => ISA.PermuteVar8x32(distances.AsInt32(), Vec.Create(0, 2, 4, 6, 0, 2, 4, 6)).GetLower().StoreUnsafe(ref result);
}
