using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Kernels;

/// <summary>Four words at a time: AVX2.</summary>
internal readonly struct WordSimd256 : IWordSimd<Vector256<ulong>>
{
    public static int Count => Vector256<ulong>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Load(ref ulong origin, nint i) => Vector256.LoadUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Create(ulong word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> CreateTwo(ref ulong words) => Vector256.Create(Vector128.LoadUnsafe(ref words), Vector128.LoadUnsafe(ref words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> CreateFour(ref ulong words) => Vector256.LoadUnsafe(ref words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> left, Vector256<ulong> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Differing(Vector256<ulong> left, Vector256<ulong> right)
    {
        var words = left ^ right;
        var table = Vector256.Create(NibbleCounts.Table, NibbleCounts.Table);
        var mask = Vector256.Create((byte)0x0F);
        var low = Avx2.Shuffle(table, words.AsByte() & mask);
        var high = Avx2.Shuffle(table, (words.AsUInt16() >>> 4).AsByte() & mask);
        return Avx2.SumAbsoluteDifferences(low + high, default).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> AddPairs(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Permute4x64(Avx2.UnpackLow(left, right) + Avx2.UnpackHigh(left, right), 0b11_01_10_00);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(Vector256<ulong> words) => Vector256.Sum(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<ulong> words, ref int target) =>
        Avx2.PermuteVar8x32(words.AsInt32(), Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6)).GetLower().StoreUnsafe(ref target);
}
