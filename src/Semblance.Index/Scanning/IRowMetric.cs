using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// A distance as the scan computes it: cheap keys for many rows, from which the distance of the few that matter is made.
/// Implemented by empty structs, so that the scan is compiled once a metric.
/// </summary>
internal interface IRowMetric<T>
    where T : unmanaged
{
    /// <summary>Other than none, for rows that are float32 vectors: then batches are screened by products first.</summary>
    static virtual ProductForm ProductForm => ProductForm.None;

    /// <summary>Keys of <c>keys.Length</c> packed rows; the distance grows with the key.</summary>
    static abstract void Keys(ReadOnlySpan<T> query, ReadOnlySpan<T> rows, Span<float> keys);

    static abstract float Distance(float key);

    /// <summary>A key that no row within <paramref name="distance"/> exceeds: above the exact inverse by the rounding of both ways.</summary>
    static abstract float KeyBound(float distance);
}

/// <summary>Rows and queries have length 1 (or 0); the key is −cos.</summary>
internal readonly struct CosineRows : IRowMetric<float>
{
    // 1 + key and distance − 1 are each off by at most half a unit in the last place of 2.
    private const float Rounding = 5e-7f;

    public static ProductForm ProductForm => ProductForm.NegatedCosine;

    public static void Keys(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> keys) => InnerProductRows.Keys(query, rows, keys);

    // The rows' lengths are 1 only up to rounding.
    public static float Distance(float key) => Math.Clamp(1 + key, 0, 2);

    public static float KeyBound(float distance) => distance >= 2 ? float.PositiveInfinity : distance - 1 + Rounding;
}

/// <summary>The key is the squared distance.</summary>
internal readonly struct L2Rows : IRowMetric<float>
{
    private const float Rounding = 1 + 1e-6f;

    public static ProductForm ProductForm => ProductForm.SquaredDistance;

    public static void Keys(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> keys) => VectorMath.SquaredL2Rows(query, rows, keys);

    public static float Distance(float key) => MathF.Sqrt(key);

    public static float KeyBound(float distance) => (distance * distance * Rounding) + float.Epsilon;
}

/// <summary>The key is the distance: −a·b.</summary>
internal readonly struct InnerProductRows : IRowMetric<float>
{
    public static ProductForm ProductForm => ProductForm.Negated;

    public static void Keys(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> keys)
    {
        VectorMath.DotRows(query, rows, keys);
        Negate(keys);
    }

    public static float Distance(float key) => key;

    public static float KeyBound(float distance) => distance;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Negate(Span<float> keys)
    {
        var i = 0;
        for (; i <= keys.Length - Vector<float>.Count; i += Vector<float>.Count)
            (-new Vector<float>(keys[i..])).CopyTo(keys[i..]);
        for (; i < keys.Length; i++)
            keys[i] = -keys[i];
    }
}

/// <summary>The key is the number of differing bits.</summary>
internal readonly struct HammingRows : IRowMetric<ulong>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Keys(ReadOnlySpan<ulong> query, ReadOnlySpan<ulong> rows, Span<float> keys)
    {
        // Integers of at most 4096 are exact as floats; the integers take the floats' place for a moment.
        var counts = MemoryMarshal.Cast<float, int>(keys);
        VectorMath.HammingRows(query, rows, counts);
        var i = 0;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
            Vector.ConvertToSingle(new Vector<int>(counts[i..])).CopyTo(keys[i..]);
        for (; i < keys.Length; i++)
            keys[i] = counts[i];
    }

    public static float Distance(float key) => key;

    public static float KeyBound(float distance) => distance;
}
