using System.Numerics;
using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// Hamming distance by the 64-bit population count instruction, shared by the kernels that have no wider one.
/// Short codes have loops of their own: their queries stay in registers.
/// </summary>
internal static unsafe class PopulationCount
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Hamming(ref ulong a, ref ulong b, int words)
    {
        int even = 0, odd = 0, i = 0;
        for (; i + 2 <= words; i += 2)
        {
            even += Differing(ref a, ref b, i);
            odd += Differing(ref a, ref b, i + 1);
        }
        if (i < words)
            even += Differing(ref a, ref b, i);
        return even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HammingRows(ref ulong query, ref ulong codes, int words, Span<int> result)
    {
        switch (words)
        {
            case 1:
                OneWord(query, ref codes, result);
                break;
            case 2:
                TwoWords(query, Unsafe.Add(ref query, 1), ref codes, result);
                break;
            case 4:
                FourWords(ref query, ref codes, result);
                break;
            default:
                for (var row = 0; row < result.Length; row++)
                    result[row] = Hamming(ref query, ref Unsafe.Add(ref codes, (nint)row * words), words);
                break;
        }
    }

    /// <summary>Distances of <paramref name="query"/> to scattered codes: code i begins at i · <paramref name="words"/>.</summary>
    /// <param name="indexes">Which codes; as many as there are <paramref name="distances"/>, <paramref name="count"/> of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HammingScattered(ulong* query, ulong* codes, int words, int* indexes, int count, int* distances)
    {
        switch (words)
        {
            case 1:
                var query0 = query[0];
                for (var c = 0; c < count; c++)
                    distances[c] = BitOperations.PopCount(query0 ^ codes[indexes[c]]);
                break;
            case 2:
                var (low, high) = (query[0], query[1]);
                for (var c = 0; c < count; c++)
                {
                    var code = codes + ((nint)indexes[c] * 2);
                    distances[c] = BitOperations.PopCount(low ^ code[0]) + BitOperations.PopCount(high ^ code[1]);
                }
                break;
            default:
                for (var c = 0; c < count; c++)
                {
                    var code = codes + ((nint)indexes[c] * words);
                    int even = 0, odd = 0, i = 0;
                    for (; i + 2 <= words; i += 2)
                    {
                        even += BitOperations.PopCount(query[i] ^ code[i]);
                        odd += BitOperations.PopCount(query[i + 1] ^ code[i + 1]);
                    }
                    if (i < words)
                        even += BitOperations.PopCount(query[i] ^ code[i]);
                    distances[c] = even + odd;
                }
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneWord(ulong query, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row++)
            result[row] = BitOperations.PopCount(query ^ Unsafe.Add(ref codes, row));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoWords(ulong query0, ulong query1, ref ulong codes, Span<int> result)
    {
        for (var row = 0; row < result.Length; row++)
        {
            ref var code = ref Unsafe.Add(ref codes, (nint)row * 2);
            result[row] = BitOperations.PopCount(query0 ^ code) + BitOperations.PopCount(query1 ^ Unsafe.Add(ref code, 1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourWords(ref ulong query, ref ulong codes, Span<int> result)
    {
        var (query0, query1, query2, query3) = (query, Unsafe.Add(ref query, 1), Unsafe.Add(ref query, 2), Unsafe.Add(ref query, 3));
        for (var row = 0; row < result.Length; row++)
        {
            ref var code = ref Unsafe.Add(ref codes, (nint)row * 4);
            result[row] = BitOperations.PopCount(query0 ^ code) + BitOperations.PopCount(query1 ^ Unsafe.Add(ref code, 1))
                + BitOperations.PopCount(query2 ^ Unsafe.Add(ref code, 2)) + BitOperations.PopCount(query3 ^ Unsafe.Add(ref code, 3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Differing(ref ulong a, ref ulong b, int i) => BitOperations.PopCount(Unsafe.Add(ref a, i) ^ Unsafe.Add(ref b, i));
}
