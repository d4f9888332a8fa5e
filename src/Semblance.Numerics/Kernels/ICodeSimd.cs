using System.Runtime.Intrinsics;

namespace Semblance.Numerics.Kernels;

/// <summary>
/// What a vector of bytes must do for <see cref="CodeKernel{TSimd, TBytes, TInts}"/>, by the instructions of one width. Every member is inlined.
/// </summary>
/// <typeparam name="TBytes">A hardware vector of unsigned bytes.</typeparam>
/// <typeparam name="TInts">The same width in 32-bit numbers.</typeparam>
internal unsafe interface ICodeSimd<TBytes, TInts>
    where TBytes : struct
    where TInts : struct
{
    /// <summary>Bytes in a vector.</summary>
    static abstract int Count { get; }

    static abstract TBytes Load(void* source);

    /// <summary>Sixteen bytes; the others are zero.</summary>
    static abstract TBytes LoadSixteen(void* source);

    static abstract TBytes Create(byte value);

    static abstract TBytes And(TBytes left, TBytes right);

    static abstract TBytes Subtract(TBytes left, TBytes right);

    /// <summary>Of the bytes as signed ones.</summary>
    static abstract TBytes Abs(TBytes bytes);

    /// <summary>Of pairs of bytes as 16-bit numbers.</summary>
    static abstract TBytes ShiftLeft(TBytes pairs, int bits);

    /// <inheritdoc cref="ShiftLeft"/>
    static abstract TBytes ShiftRight(TBytes pairs, int bits);

    static abstract TInts Add(TInts left, TInts right);

    /// <summary>Products of unsigned and signed bytes, four of them added up in a lane; two must fit in 16 bits.</summary>
    static abstract TInts Products(TBytes unsigned, TBytes signed);

    /// <summary>Both added up; four products must fit in 16 bits.</summary>
    static abstract TInts Products(TBytes unsigned0, TBytes signed0, TBytes unsigned1, TBytes signed1);

    /// <summary>The sums of all elements of four vectors.</summary>
    static abstract Vector128<int> Sums(TInts a, TInts b, TInts c, TInts d);
}
