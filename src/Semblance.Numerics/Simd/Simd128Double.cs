using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vec = System.Runtime.Intrinsics.Vector128;
using VecT = System.Runtime.Intrinsics.Vector128<double>;

namespace Semblance.Numerics.Simd;

/// <summary>2 lanes of double.</summary>
internal readonly unsafe struct Simd128Double : ISimd<VecT, double>
{
    public static int Count => VecT.Count;

    public static int Registers => 16;

    public static VecT Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => VecT.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Create(double value) => Vec.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Constant(double value) => Vec.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT Load(double* source) => Vec.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(VecT vector, double* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecT LoadFirst(double* source, int count)
        => Avx.IsSupported ? Avx.MaskLoad(source, First(count)) : LoadEach(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(VecT vector, double* target, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(target, First(count), vector);
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
    public static double Sum(VecT vector) => Vec.Sum(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxOf(VecT vector)
    {
        var largest = vector.GetElement(0);
        for (var i = 1; i < VecT.Count; i++)
            largest = Math.Max(largest, vector.GetElement(i));
        return largest;
    }

    // A masked access neither reads nor writes, nor faults on, what the mask leaves out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecT First(int count) => Vec.LessThan(Vector128<long>.Indices, Vec.Create((long)count)).AsDouble();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VecT LoadEach(double* source, int count)
    {
        var vector = VecT.Zero;
        for (var i = 0; i < count; i++)
            vector = vector.WithElement(i, source[i]);
        return vector;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreEach(VecT vector, double* target, int count)
    {
        for (var i = 0; i < count; i++)
            target[i] = vector.GetElement(i);
    }

    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride)
    {
        for (nint i = 0; i < Count; i++)
        {
            for (nint j = 0; j < Count; j++)
                target[(j * targetStride) + i] = source[(i * sourceStride) + j];
        }
    }
}
