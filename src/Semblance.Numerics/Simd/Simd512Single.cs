using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Semblance.Numerics.Kernels;
using Vec = System.Runtime.Intrinsics.Vector512;
using VecT = System.Runtime.Intrinsics.Vector512<float>;

namespace Semblance.Numerics.Simd;

/// <summary>16 lanes of float.</summary>
internal readonly unsafe struct Simd512Single : ISingleSimd<VecT>
{
    public static int Count => VecT.Count;

    public static int Registers => 32;

    public static VecT Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => VecT.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Create(float value) => Vec.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Constant(double value) => Vec.Create((float)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Load(float* source) => Vec.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(VecT vector, float* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT LoadFirst(float* source, int count)
        => Avx512F.IsSupported ? Avx512F.MaskLoad(source, First(count), VecT.Zero) : LoadEach(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(VecT vector, float* target, int count)
    {
        if (Avx512F.IsSupported)
            Avx512F.MaskStore(target, First(count), vector);
        else
            StoreEach(vector, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Add(VecT left, VecT right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Subtract(VecT left, VecT right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Multiply(VecT left, VecT right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Divide(VecT left, VecT right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT MultiplyAdd(VecT left, VecT right, VecT addend) => Vec.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Min(VecT left, VecT right) => Vec.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Max(VecT left, VecT right) => Vec.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Sqrt(VecT vector) => Vec.Sqrt(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Abs(VecT vector) => Vec.Abs(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Exp(VecT vector) => Vec.Exp(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Log(VecT vector) => Vec.Log(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT GreaterThan(VecT left, VecT right) => Vec.GreaterThan(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT LessThan(VecT left, VecT right) => Vec.LessThan(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT And(VecT left, VecT right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Select(VecT mask, VecT whenSet, VecT whenClear) => Vec.ConditionalSelect(mask, whenSet, whenClear);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(VecT vector) => Vec.Sum(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(VecT vector)
    {
        var largest = vector.GetElement(0);
        for (var i = 1; i < VecT.Count; i++)
            largest = MathF.Max(largest, vector.GetElement(i));
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Load(ref float origin, nint i) => Vec.LoadUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(VecT vector, ref float origin, nint i) => vector.StoreUnsafe(ref origin, (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT LoadHalves(ref Half origin, nint i)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector256.LoadUnsafe(ref Unsafe.As<Half, short>(ref origin), (nuint)i));
        return ((wide << StoredElements.HalfShift) & Vec.Create(StoredElements.HalfBits)).AsSingle() * Vec.Create(StoredElements.HalfBias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT LoadBFloat16(ref ushort origin, nint i)
        => (Avx512F.ConvertToVector512Int32(Vector256.LoadUnsafe(ref origin, (nuint)i)) << StoredElements.BFloat16Shift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT KeepFrom(VecT vector, int first) => vector & Vec.GreaterThanOrEqual(Vector512<int>.Indices, Vec.Create(first)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint BitsOfLessThanOrEqual(VecT left, VecT right) => (uint)Vec.LessThanOrEqual(left, right).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Butterflies(VecT vector)
    {
        // The negative zeros flip the sign of every upper element.
        vector = Vec.Shuffle(vector, Vec.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)) + (vector ^ Vec.Create(0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f));
        vector = Vec.Shuffle(vector, Vec.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)) + (vector ^ Vec.Create(0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f));
        vector = Vec.Shuffle(vector, Vec.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)) + (vector ^ Vec.Create(0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f, 0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f));
        return Vec.Shuffle(vector, Vec.Create(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)) + (vector ^ Vec.Create(0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f));
    }

    // A masked access neither reads nor writes, nor faults on, what the mask leaves out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecT First(int count) => Vec.LessThan(Vector512<int>.Indices, Vec.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VecT LoadEach(float* source, int count)
    {
        var vector = VecT.Zero;
        for (var i = 0; i < count; i++)
            vector = vector.WithElement(i, source[i]);
        return vector;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreEach(VecT vector, float* target, int count)
    {
        for (var i = 0; i < count; i++)
            target[i] = vector.GetElement(i);
    }

    // Sixteen quarter-register loads for four columns; memory operands of the inserts cost less than shuffles between registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, float* target, nint targetStride)
    {
        if (!Avx512F.IsSupported)
        {
            for (nint i = 0; i < Count; i++)
            {
                for (nint j = 0; j < Count; j++)
                    target[(j * targetStride) + i] = source[(i * sourceStride) + j];
            }
            return;
        }
        // Four columns of all rows at a time: a quarter of each of sixteen rows becomes four whole columns.
        for (nint j = 0; j < Count; j += 4)
        {
            var row = source + j;
            var first = Quarters(row, sourceStride);
            var second = Quarters(row + sourceStride, sourceStride);
            var third = Quarters(row + (2 * sourceStride), sourceStride);
            var fourth = Quarters(row + (3 * sourceStride), sourceStride);
            var low = Avx512F.UnpackLow(first, second);
            var high = Avx512F.UnpackHigh(first, second);
            var lowNext = Avx512F.UnpackLow(third, fourth);
            var highNext = Avx512F.UnpackHigh(third, fourth);
            var column = target + (j * targetStride);
            Avx512F.UnpackLow(low.AsDouble(), lowNext.AsDouble()).AsSingle().Store(column);
            Avx512F.UnpackHigh(low.AsDouble(), lowNext.AsDouble()).AsSingle().Store(column + targetStride);
            Avx512F.UnpackLow(high.AsDouble(), highNext.AsDouble()).AsSingle().Store(column + (2 * targetStride));
            Avx512F.UnpackHigh(high.AsDouble(), highNext.AsDouble()).AsSingle().Store(column + (3 * targetStride));
        }
    }

    /// <summary>Four elements of each fourth row, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecT Quarters(float* row, nint stride)
    {
        var low = Vector256.Create(Vector128.Load(row), Vector128.Load(row + (4 * stride)));
        var high = Vector256.Create(Vector128.Load(row + (8 * stride)), Vector128.Load(row + (12 * stride)));
        return Vec.Create(low, high);
    }
}
