using System.Runtime.CompilerServices;

namespace Semblance.Numerics.Simd;

/// <summary>One double at a time: the reference beside the vectors, and what runs where there are none.</summary>
internal readonly unsafe struct ScalarDouble : ISimd<double, double>
{
    public static int Count => 1;

    public static int Registers => 16;

    public static double Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Create(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Constant(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(double* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(double vector, double* target) => *target = vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LoadFirst(double* source, int count) => count > 0 ? *source : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(double vector, double* target, int count)
    {
        if (count > 0)
            *target = vector;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double left, double right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Subtract(double left, double right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Multiply(double left, double right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Divide(double left, double right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplyAdd(double left, double right, double addend) => (left * right) + addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Min(double left, double right) => Math.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(double left, double right) => Math.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sqrt(double vector) => Math.Sqrt(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Abs(double vector) => Math.Abs(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double vector) => Math.Exp(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double vector) => Math.Log(vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double GreaterThan(double left, double right) => Mask(left > right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LessThan(double left, double right) => Mask(left < right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double And(double left, double right) => BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(left) & BitConverter.DoubleToUInt64Bits(right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Select(double mask, double whenSet, double whenClear) => BitConverter.DoubleToUInt64Bits(mask) != 0 ? whenSet : whenClear;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(double vector) => vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxOf(double vector) => vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Mask(bool set) => set ? BitConverter.UInt64BitsToDouble(ulong.MaxValue) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride) => *target = *source;
}
