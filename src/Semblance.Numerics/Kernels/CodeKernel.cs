using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Semblance.Numerics.Kernels;

/// <summary>Codes by vectors of a width, compiled for each.</summary>
/// <remarks>Four codes side by side share the query's loads and the sums across lanes. The loops contain no call; see <see cref="VectorKernel{TSimd, TVector}"/>.</remarks>
/// <param name="name">Of the width, as <see cref="VectorKernels"/> spells it.</param>
internal sealed unsafe class CodeKernel<TSimd, TBytes, TInts>(string name) : ICodeKernel
    where TSimd : struct, ICodeSimd<TBytes, TInts>
    where TBytes : struct
    where TInts : struct
{
    public string Name => name;

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
            TInts sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint i = 0; i < codeBytes; i += TSimd.Count)
            {
                // A group is 64 bytes of code: its low nibbles' query has 64 bytes, then comes its high nibbles'.
                var first = query + i + (i & ~63);
                var low = TSimd.Load(first);
                var high = TSimd.Load(first + 64);
                sum0 = TSimd.Add(sum0, NibbleSquares(low, high, code0 + i));
                sum1 = TSimd.Add(sum1, NibbleSquares(low, high, code1 + i));
                sum2 = TSimd.Add(sum2, NibbleSquares(low, high, code2 + i));
                sum3 = TSimd.Add(sum3, NibbleSquares(low, high, code3 + i));
            }
            TSimd.Sums(sum0, sum1, sum2, sum3).Store(distances + c);
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
            TInts sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            nint i = 0;
            for (; i + TSimd.Count <= codeBytes; i += TSimd.Count)
            {
                var q = TSimd.Load(query + i);
                sum0 = TSimd.Add(sum0, Squares(q, TSimd.Load(code0 + i)));
                sum1 = TSimd.Add(sum1, Squares(q, TSimd.Load(code1 + i)));
                sum2 = TSimd.Add(sum2, Squares(q, TSimd.Load(code2 + i)));
                sum3 = TSimd.Add(sum3, Squares(q, TSimd.Load(code3 + i)));
            }
            for (; i < codeBytes; i += Vector128<byte>.Count)
            {
                // The other lanes are zero on both sides.
                var q = TSimd.LoadSixteen(query + i);
                sum0 = TSimd.Add(sum0, Squares(q, TSimd.LoadSixteen(code0 + i)));
                sum1 = TSimd.Add(sum1, Squares(q, TSimd.LoadSixteen(code1 + i)));
                sum2 = TSimd.Add(sum2, Squares(q, TSimd.LoadSixteen(code2 + i)));
                sum3 = TSimd.Add(sum3, Squares(q, TSimd.LoadSixteen(code3 + i)));
            }
            TSimd.Sums(sum0, sum1, sum2, sum3).Store(distances + c);
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
            TInts sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint i = 0; i < codeBytes; i += TSimd.Count)
            {
                // A group is 64 bytes of code: its low nibbles' query has 64 bytes, then comes its high nibbles'.
                var first = query + i + (i & ~63);
                var low = TSimd.Load(first);
                var high = TSimd.Load(first + 64);
                sum0 = TSimd.Add(sum0, NibbleProducts(low, high, code0 + i));
                sum1 = TSimd.Add(sum1, NibbleProducts(low, high, code1 + i));
                sum2 = TSimd.Add(sum2, NibbleProducts(low, high, code2 + i));
                sum3 = TSimd.Add(sum3, NibbleProducts(low, high, code3 + i));
            }
            (Vector128.Create(bias) - TSimd.Sums(sum0, sum1, sum2, sum3)).Store(distances + c);
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
            TInts sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            nint i = 0;
            for (; i + TSimd.Count <= codeBytes; i += TSimd.Count)
            {
                var q = TSimd.Load(query + i);
                sum0 = TSimd.Add(sum0, TSimd.Products(TSimd.Load(code0 + i), q));
                sum1 = TSimd.Add(sum1, TSimd.Products(TSimd.Load(code1 + i), q));
                sum2 = TSimd.Add(sum2, TSimd.Products(TSimd.Load(code2 + i), q));
                sum3 = TSimd.Add(sum3, TSimd.Products(TSimd.Load(code3 + i), q));
            }
            for (; i < codeBytes; i += Vector128<byte>.Count)
            {
                // The other lanes are zero on both sides.
                var q = TSimd.LoadSixteen(query + i);
                sum0 = TSimd.Add(sum0, TSimd.Products(TSimd.LoadSixteen(code0 + i), q));
                sum1 = TSimd.Add(sum1, TSimd.Products(TSimd.LoadSixteen(code1 + i), q));
                sum2 = TSimd.Add(sum2, TSimd.Products(TSimd.LoadSixteen(code2 + i), q));
                sum3 = TSimd.Add(sum3, TSimd.Products(TSimd.LoadSixteen(code3 + i), q));
            }
            (Vector128.Create(bias) - TSimd.Sums(sum0, sum1, sum2, sum3)).Store(distances + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts NibbleSquares(TBytes low, TBytes high, byte* code)
    {
        var levels = TSimd.Create(0x78);
        var packed = TSimd.Load(code);
        return TSimd.Add(Squares(low, TSimd.And(TSimd.ShiftLeft(packed, 3), levels)), Squares(high, TSimd.And(TSimd.ShiftRight(packed, 1), levels)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts NibbleProducts(TBytes low, TBytes high, byte* code)
    {
        var levels = TSimd.Create(15);
        var packed = TSimd.Load(code);
        // Twice 2 · 15 · 127: no overflow of 16 bits.
        return TSimd.Products(TSimd.And(packed, levels), low, TSimd.And(TSimd.ShiftRight(packed, 4), levels), high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TInts Squares(TBytes a, TBytes b)
    {
        var size = TSimd.Abs(TSimd.Subtract(a, b));
        return TSimd.Products(size, size);
    }
}
