using System.Runtime.CompilerServices;
using Semblance.Numerics;

namespace Semblance.Index.Scanning;

/// <summary>
/// A block of queries that tells, by inner products in a register tile, which rows may be near enough to matter. It errs on the side
/// of too many: the few rows that pass are measured again one by one, so that a batch and single searches give the same bits.
/// </summary>
/// <remarks>
/// The products lose digits where vectors are long and their distances small; the thresholds are loosened by as much as rounding can
/// do, (dimension + 8) · 2⁻²³ of the lengths. Data so far from the origin that most rows pass is better measured directly at once.
/// </remarks>
internal sealed class QueryScreen
{
    // Rows after which the share that passed is judged.
    private const int Trial = 4096;

    // More than any vector has that was scaled to length 1.
    private const float UnitLength = 1.001f;

    private readonly QueryBlock _block;
    private readonly ProductForm _form;
    private readonly float[] _lengths;
    private readonly float _rounding;
    private readonly float _underflow;
    private long _screened;
    private long _passed;

    /// <param name="queries">Packed, at most <see cref="QueryBlock.Width"/>.</param>
    public QueryScreen(ReadOnlySpan<float> queries, int dimension, ProductForm form)
    {
        _block = new QueryBlock(queries, dimension);
        _form = form;
        _lengths = new float[_block.Count];
        for (var q = 0; q < _lengths.Length; q++)
        {
            var query = queries.Slice(q * dimension, dimension);
            _lengths[q] = MathF.Sqrt(VectorMath.Dot(query, query));
        }
        _rounding = (dimension + 8) * float.ScaleB(1, -23);
        _underflow = 4 * dimension * float.Epsilon;
    }

    public int Count => _block.Count;

    /// <summary>False once so many rows passed that screening costs more than it saves.</summary>
    public bool IsWorthIt => _screened < Trial * _lengths.Length || _passed * 8 < _screened;

    /// <summary>What the products are subtracted from, for each row; returns the length of the longest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Offsets(ProductForm form, ReadOnlySpan<float> rows, Span<float> offsets)
    {
        if (form == ProductForm.NegatedCosine)
        {
            offsets.Clear();
            return UnitLength;
        }
        VectorMath.SquaredLengths(rows, offsets);
        var longest = 0f;
        foreach (ref var offset in offsets)
        {
            longest = MathF.Max(longest, offset);
            offset = form == ProductForm.SquaredDistance ? offset / 2 : 0;
        }
        return MathF.Sqrt(longest);
    }

    /// <summary>
    /// Sets bit q of <paramref name="masks"/>[i] for every row i whose key may be at most <paramref name="keyBounds"/>[q].
    /// </summary>
    /// <param name="offsets">As <see cref="Offsets"/> gives them, with the longest length.</param>
    /// <param name="next">Rows that will be read after these.</param>
    public void Select(
        ReadOnlySpan<float> rows, ReadOnlySpan<float> offsets, float longest, ReadOnlySpan<float> keyBounds, Span<uint> masks, ReadOnlySpan<float> next)
    {
        Span<float> thresholds = stackalloc float[keyBounds.Length];
        for (var q = 0; q < thresholds.Length; q++)
        {
            var (bound, length) = (keyBounds[q], _lengths[q]);
            thresholds[q] = _underflow + (_form == ProductForm.SquaredDistance
                ? ((bound - (length * length)) / 2) + (_rounding * (((longest + length) * (longest + length)) + bound))
                : bound + (_rounding * 2 * longest * length));
        }
        _block.Select(rows, offsets, thresholds, masks, next);
        _screened += (long)masks.Length * _lengths.Length;
    }

    public void CountPassed(int passed) => _passed += passed;
}
