using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Kernels;

/// <summary>Eight words at a time: AVX-512 (F, BW).</summary>
internal readonly struct WordSimd512 : IWordSimd<Vector512<ulong>>
{
    public static int Count => Vector512<ulong>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Load(ref ulong origin, nint i) => Vector512.LoadUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Create(ulong word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> CreateTwo(ref ulong words)
    {
        var two = Vector128.LoadUnsafe(ref words);
        return Vector512.Create(Vector256.Create(two, two), Vector256.Create(two, two));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> CreateFour(ref ulong words) => Vector512.Create(Vector256.LoadUnsafe(ref words), Vector256.LoadUnsafe(ref words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> left, Vector512<ulong> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Differing(Vector512<ulong> left, Vector512<ulong> right)
    {
        var words = left ^ right;
        var table = Vector512.Create(Vector256.Create(NibbleCounts.Table, NibbleCounts.Table), Vector256.Create(NibbleCounts.Table, NibbleCounts.Table));
        var mask = Vector512.Create((byte)0x0F);
        var low = Avx512BW.Shuffle(table, words.AsByte() & mask);
        var high = Avx512BW.Shuffle(table, (words.AsUInt16() >>> 4).AsByte() & mask);
        return Avx512BW.SumAbsoluteDifferences(low + high, default).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> AddPairs(Vector512<ulong> left, Vector512<ulong> right) =>
        Avx512F.PermuteVar8x64x2(left, Vector512.Create(0UL, 2, 4, 6, 8, 10, 12, 14), right)
            + Avx512F.PermuteVar8x64x2(left, Vector512.Create(1UL, 3, 5, 7, 9, 11, 13, 15), right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(Vector512<ulong> words) => Vector512.Sum(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<ulong> words, ref int target) => Avx512F.ConvertToVector256Int32(words).StoreUnsafe(ref target);
}
