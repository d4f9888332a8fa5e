using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using VecB = System.Runtime.Intrinsics.Vector256<byte>;
using VecI = System.Runtime.Intrinsics.Vector256<int>;

namespace Semblance.Numerics.Kernels;

/// <summary>Half a cache line at a time: AVX2.</summary>
/// <remarks>Four codes side by side share the query's loads and the sums across lanes. The loops contain no call; see <see cref="VectorKernel{TSimd, TVector}"/>.</remarks>
internal sealed unsafe class Vector256CodeKernel : ICodeKernel
{
    public string Name => "256";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Nibbles(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        var last = count - 1;
        for (var c = 0; c < count; c += 4)
        {
            var code0 = codes + ((nint)indexes[c] * codeBytes);
            var code1 = codes + ((nint)indexes[Math.Min(c + 1, last)] * codeBytes);
            var code2 = codes + ((nint)indexes[Math.Min(c + 2, last)] * codeBytes);
            var code3 = codes + ((nint)indexes[Math.Min(c + 3, last)] * codeBytes);
            VecI sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
            {
                // A group is two vectors of code: its first half has query bytes 0…31 and 64…95, its second the rest.
                var first = query + i + (i & ~63);
                var low = Vector256.Load(first);
                var high = Vector256.Load(first + 64);
                sum0 += NibbleTerms(low, high, code0 + i);
                sum1 += NibbleTerms(low, high, code1 + i);
                sum2 += NibbleTerms(low, high, code2 + i);
                sum3 += NibbleTerms(low, high, code3 + i);
            }
            Sums(sum0, sum1, sum2, sum3).Store(distances + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Bytes(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        var last = count - 1;
        for (var c = 0; c < count; c += 4)
        {
            var code0 = codes + ((nint)indexes[c] * codeBytes);
            var code1 = codes + ((nint)indexes[Math.Min(c + 1, last)] * codeBytes);
            var code2 = codes + ((nint)indexes[Math.Min(c + 2, last)] * codeBytes);
            var code3 = codes + ((nint)indexes[Math.Min(c + 3, last)] * codeBytes);
            VecI sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            nint i = 0;
            for (; i + VecB.Count <= codeBytes; i += VecB.Count)
            {
                var q = Vector256.Load(query + i);
                sum0 += Squares(q - Vector256.Load(code0 + i));
                sum1 += Squares(q - Vector256.Load(code1 + i));
                sum2 += Squares(q - Vector256.Load(code2 + i));
                sum3 += Squares(q - Vector256.Load(code3 + i));
            }
            for (; i < codeBytes; i += Vector128<byte>.Count)
            {
                // The upper lane is zero on both sides.
                var q = Vector128.Load(query + i).ToVector256();
                sum0 += Squares(q - Vector128.Load(code0 + i).ToVector256());
                sum1 += Squares(q - Vector128.Load(code1 + i).ToVector256());
                sum2 += Squares(q - Vector128.Load(code2 + i).ToVector256());
                sum3 += Squares(q - Vector128.Load(code3 + i).ToVector256());
            }
            Sums(sum0, sum1, sum2, sum3).Store(distances + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void NibbleProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        var last = count - 1;
        for (var c = 0; c < count; c += 4)
        {
            var code0 = codes + ((nint)indexes[c] * codeBytes);
            var code1 = codes + ((nint)indexes[Math.Min(c + 1, last)] * codeBytes);
            var code2 = codes + ((nint)indexes[Math.Min(c + 2, last)] * codeBytes);
            var code3 = codes + ((nint)indexes[Math.Min(c + 3, last)] * codeBytes);
            VecI sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint i = 0; i < codeBytes; i += VecB.Count)
            {
                // A group is two vectors of code: its first half has query bytes 0…31 and 64…95, its second the rest.
                var first = query + i + (i & ~63);
                var low = Vector256.Load(first);
                var high = Vector256.Load(first + 64);
                sum0 += NibbleProductTerms(low, high, code0 + i);
                sum1 += NibbleProductTerms(low, high, code1 + i);
                sum2 += NibbleProductTerms(low, high, code2 + i);
                sum3 += NibbleProductTerms(low, high, code3 + i);
            }
            (Vector128.Create(bias) - Sums(sum0, sum1, sum2, sum3)).Store(distances + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ByteProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        var last = count - 1;
        for (var c = 0; c < count; c += 4)
        {
            var code0 = codes + ((nint)indexes[c] * codeBytes);
            var code1 = codes + ((nint)indexes[Math.Min(c + 1, last)] * codeBytes);
            var code2 = codes + ((nint)indexes[Math.Min(c + 2, last)] * codeBytes);
            var code3 = codes + ((nint)indexes[Math.Min(c + 3, last)] * codeBytes);
            VecI sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            nint i = 0;
            for (; i + VecB.Count <= codeBytes; i += VecB.Count)
            {
                var q = Vector256.Load(query + i);
                sum0 += Products(Vector256.Load(code0 + i), q);
                sum1 += Products(Vector256.Load(code1 + i), q);
                sum2 += Products(Vector256.Load(code2 + i), q);
                sum3 += Products(Vector256.Load(code3 + i), q);
            }
            for (; i < codeBytes; i += Vector128<byte>.Count)
            {
                // The upper lane is zero on both sides.
                var q = Vector128.Load(query + i).ToVector256();
                sum0 += Products(Vector128.Load(code0 + i).ToVector256(), q);
                sum1 += Products(Vector128.Load(code1 + i).ToVector256(), q);
                sum2 += Products(Vector128.Load(code2 + i).ToVector256(), q);
                sum3 += Products(Vector128.Load(code3 + i).ToVector256(), q);
            }
            (Vector128.Create(bias) - Sums(sum0, sum1, sum2, sum3)).Store(distances + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecI NibbleTerms(VecB low, VecB high, byte* code)
    {
        var levels = Vector256.Create((byte)0x78);
        var packed = Vector256.Load(code).AsUInt16();
        return Squares(low - ((packed << 3).AsByte() & levels)) + Squares(high - ((packed >> 1).AsByte() & levels));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecI NibbleProductTerms(Vector256<sbyte> low, Vector256<sbyte> high, byte* code)
    {
        var levels = Vector256.Create((byte)15);
        var packed = Vector256.Load(code);
        // Twice 2 · 15 · 127: no overflow of 16 bits.
        var sums = Avx2.MultiplyAddAdjacent(packed & levels, low) + Avx2.MultiplyAddAdjacent((packed.AsUInt16() >> 4).AsByte() & levels, high);
        return Avx2.MultiplyAddAdjacent(sums, Vector256.Create((short)1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecI Products(VecB code, Vector256<sbyte> query) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(code, query), Vector256.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecI Squares(VecB difference)
    {
        var size = Avx2.Abs(difference.AsSByte());
        return Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(size, size.AsSByte()), Vector256.Create((short)1));
    }

    /// <summary>The sums of all elements of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(VecI a, VecI b, VecI c, VecI d)
    {
        var ab = Avx2.UnpackLow(a, b) + Avx2.UnpackHigh(a, b);
        var cd = Avx2.UnpackLow(c, d) + Avx2.UnpackHigh(c, d);
        var lanes = (Avx2.UnpackLow(ab.AsInt64(), cd.AsInt64()).AsInt32() + Avx2.UnpackHigh(ab.AsInt64(), cd.AsInt64()).AsInt32());
        return lanes.GetLower() + lanes.GetUpper();
    }
}
