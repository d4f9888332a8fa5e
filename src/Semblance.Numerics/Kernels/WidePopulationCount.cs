using System.Numerics;
using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// Hamming distance by counting nibbles with a byte shuffle (Muła, Kurz and Lemire, "Faster population counts using AVX2 instructions", 2018), compiled
/// for each width. Codes of up to a vector's words go as many at a time as it has words: every word is counted in a lane of its own, and
/// neighbouring lanes are added until one lane is one code.
/// </summary>
internal static class WidePopulationCount<TSimd, TWords>
    where TSimd : struct, IWordSimd<TWords>
    where TWords : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Hamming(ref ulong a, ref ulong b, int words)
    {
        TWords sums = default;
        nint i = 0;
        for (; i + TSimd.Count <= words; i += TSimd.Count)
            sums = TSimd.Add(sums, TSimd.Differing(TSimd.Load(ref a, i), TSimd.Load(ref b, i)));
        var distance = (int)TSimd.Sum(sums);
        for (; i < words; i++)
            distance += BitOperations.PopCount(Unsafe.Add(ref a, i) ^ Unsafe.Add(ref b, i));
        return distance;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HammingRows(ref ulong query, ref ulong codes, int words, Span<int> result)
    {
        var blocks = result.Length / TSimd.Count * TSimd.Count;
        switch (words)
        {
            case 1:
                OneWord(TSimd.Create(query), ref codes, result[..blocks]);
                break;
            case 2:
                TwoWords(TSimd.CreateTwo(ref query), ref codes, result[..blocks]);
                break;
            case 4:
                FourWords(TSimd.CreateFour(ref query), ref codes, result[..blocks]);
                break;
            case 8 when TSimd.Count == 8:
                EightWords(TSimd.Load(ref query, 0), ref codes, result[..blocks]);
                break;
            default:
                blocks = 0;
                break;
        }
        for (var row = blocks; row < result.Length; row++)
            result[row] = Hamming(ref query, ref Unsafe.Add(ref codes, (nint)row * words), words);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneWord(TWords query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += TSimd.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, (nint)row);
            TSimd.Store(Differing(ref code, 0, query), ref result[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoWords(TWords query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += TSimd.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, 2 * (nint)row);
            TSimd.Store(TSimd.AddPairs(Differing(ref code, 0, query), Differing(ref code, 1, query)), ref result[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourWords(TWords query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += TSimd.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, 4 * (nint)row);
            var pairs0 = TSimd.AddPairs(Differing(ref code, 0, query), Differing(ref code, 1, query));
            var pairs1 = TSimd.AddPairs(Differing(ref code, 2, query), Differing(ref code, 3, query));
            TSimd.Store(TSimd.AddPairs(pairs0, pairs1), ref result[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightWords(TWords query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row += TSimd.Count)
        {
            ref var code = ref Unsafe.Add(ref codes, 8 * (nint)row);
            var pairs0 = TSimd.AddPairs(Differing(ref code, 0, query), Differing(ref code, 1, query));
            var pairs1 = TSimd.AddPairs(Differing(ref code, 2, query), Differing(ref code, 3, query));
            var pairs2 = TSimd.AddPairs(Differing(ref code, 4, query), Differing(ref code, 5, query));
            var pairs3 = TSimd.AddPairs(Differing(ref code, 6, query), Differing(ref code, 7, query));
            TSimd.Store(TSimd.AddPairs(TSimd.AddPairs(pairs0, pairs1), TSimd.AddPairs(pairs2, pairs3)), ref result[row]);
        }
    }

    /// <summary>Bits that differ in each word of the vector that stands <paramref name="vector"/> vectors on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Differing(ref ulong codes, int vector, TWords query) => TSimd.Differing(TSimd.Load(ref codes, vector * TSimd.Count), query);
}
