using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary><see cref="L2Rows"/> over rows in half precision; the query is float32 in the same bytes.</summary>
internal readonly struct HalfL2Rows : IRowMetric<Half>
{
    public static void Keys(ReadOnlySpan<Half> query, ReadOnlySpan<Half> rows, Span<float> keys) =>
        VectorMath.SquaredL2HalfRows(MemoryMarshal.Cast<Half, float>(query), rows, keys);

    public static float Distance(float key) => L2Rows.Distance(key);

    public static float KeyBound(float distance) => L2Rows.KeyBound(distance);
}

/// <summary><see cref="InnerProductRows"/> over rows in half precision.</summary>
internal readonly struct HalfInnerProductRows : IRowMetric<Half>
{
    public static void Keys(ReadOnlySpan<Half> query, ReadOnlySpan<Half> rows, Span<float> keys)
    {
        VectorMath.DotHalfRows(MemoryMarshal.Cast<Half, float>(query), rows, keys);
        InnerProductRows.Negate(keys);
    }

    public static float Distance(float key) => InnerProductRows.Distance(key);

    public static float KeyBound(float distance) => InnerProductRows.KeyBound(distance);
}

/// <summary><see cref="CosineRows"/> over rows in half precision, whose lengths are 1 up to the rounding.</summary>
internal readonly struct HalfCosineRows : IRowMetric<Half>
{
    public static void Keys(ReadOnlySpan<Half> query, ReadOnlySpan<Half> rows, Span<float> keys) => HalfInnerProductRows.Keys(query, rows, keys);

    public static float Distance(float key) => CosineRows.Distance(key);

    public static float KeyBound(float distance) => CosineRows.KeyBound(distance);
}

/// <summary><see cref="L2Rows"/> over rows in bfloat16; the query is float32 in the same bytes.</summary>
internal readonly struct BFloat16L2Rows : IRowMetric<ushort>
{
    public static void Keys(ReadOnlySpan<ushort> query, ReadOnlySpan<ushort> rows, Span<float> keys) =>
        VectorMath.SquaredL2BFloat16Rows(MemoryMarshal.Cast<ushort, float>(query), rows, keys);

    public static float Distance(float key) => L2Rows.Distance(key);

    public static float KeyBound(float distance) => L2Rows.KeyBound(distance);
}

/// <summary><see cref="InnerProductRows"/> over rows in bfloat16.</summary>
internal readonly struct BFloat16InnerProductRows : IRowMetric<ushort>
{
    public static void Keys(ReadOnlySpan<ushort> query, ReadOnlySpan<ushort> rows, Span<float> keys)
    {
        VectorMath.DotBFloat16Rows(MemoryMarshal.Cast<ushort, float>(query), rows, keys);
        InnerProductRows.Negate(keys);
    }

    public static float Distance(float key) => InnerProductRows.Distance(key);

    public static float KeyBound(float distance) => InnerProductRows.KeyBound(distance);
}

/// <summary><see cref="CosineRows"/> over rows in bfloat16, whose lengths are 1 up to the rounding.</summary>
internal readonly struct BFloat16CosineRows : IRowMetric<ushort>
{
    public static void Keys(ReadOnlySpan<ushort> query, ReadOnlySpan<ushort> rows, Span<float> keys) => BFloat16InnerProductRows.Keys(query, rows, keys);

    public static float Distance(float key) => CosineRows.Distance(key);

    public static float KeyBound(float distance) => CosineRows.KeyBound(distance);
}
