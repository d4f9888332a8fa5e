using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Mean and variance of each channel. Sums are taken around a pivot, the mean of a few rows, so that nothing cancels for data far from
/// zero, and in three tiers (up to 8 rows in registers, <see cref="BlockRows"/> rows, a part of the tensor), so that single precision keeps
/// about six digits of the variance for millions of rows; the parts are added in double precision.
/// </summary>
internal static unsafe class ChannelMoments
{
    /// <summary>Rows that one middle sum takes.</summary>
    public const int BlockRows = 128;

    private const int PivotRows = 16;

    /// <summary>Elements of working memory.</summary>
    public static nint Scratch(in ChannelRows rows) => rows.Width + (rows.Parts * 4 * rows.Width);

    /// <summary>Calls <paramref name="channel"/>(index, mean, sum of squared deviations) for each channel.</summary>
    public static void Compute<T>(LayerCall<T> call, ChannelRows rows, T* x, T* scratch, Action<int, double, double> channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var pivot = scratch;
        var sums = scratch + rows.Width;
        SetPivot(rows, x, pivot);
        call.Team.Run(rows.Parts, part =>
        {
            var (start, end, rest) = rows.Part(part);
            call.Run(new MomentsAction<T>(x, rows.Width, start, end, rest, pivot, sums + part * 4 * rows.Width));
        });
        var count = (double)(rows.Length / rows.Channels);
        for (var i = 0; i < rows.Channels; i++)
        {
            var (sum, squares) = Total(rows, sums, i);
            channel(i, double.CreateTruncating(pivot[i]) + (sum / count), Math.Max(0, squares - (sum * sum / count)));
        }
    }

    /// <summary>Two sums of a channel over all parts; each part has four rows of sums, of which the last two count.</summary>
    public static (double First, double Second) Total<T>(in ChannelRows rows, T* sums, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (first, second) = (0.0, 0.0);
        for (var part = 0; part < rows.Parts; part++)
        {
            var own = sums + ((part * 4) + 2) * rows.Width;
            for (nint i = channel; i < rows.Width; i += rows.Channels)
            {
                first += double.CreateTruncating(own[i]);
                second += double.CreateTruncating(own[rows.Width + i]);
            }
        }
        return (first, second);
    }

    /// <summary>Repeats the first <see cref="ChannelRows.Channels"/> values over the width.</summary>
    public static void Repeat<T>(in ChannelRows rows, T* values)
        where T : unmanaged
    {
        for (nint i = rows.Channels; i < rows.Width; i++)
            values[i] = values[i - rows.Channels];
    }

    private static void SetPivot<T>(in ChannelRows rows, T* x, T* pivot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var all = rows.Length / rows.Channels;
        var taken = (int)Math.Min(all, PivotRows);
        var mean = new Span<T>(pivot, rows.Channels);
        mean.Clear();
        for (var i = 0; i < taken; i++)
            TensorPrimitives.Add(mean, new ReadOnlySpan<T>(x + all * i / taken * rows.Channels, rows.Channels), mean);
        TensorPrimitives.Multiply(mean, T.One / T.CreateTruncating(taken), mean);
        Repeat(rows, pivot);
    }

    // sums holds four rows of width: two of the current block, then two of the part.
    private readonly struct MomentsAction<T>(T* x, nint width, nint start, nint end, nint rest, T* pivot, T* sums) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var w = width;
            var p = pivot;
            var block = sums;
            var total = sums + 2 * w;
            new Span<T>(sums, (int)(4 * w)).Clear();
            var row = start;
            while (row < end)
            {
                var blockEnd = Math.Min(row + BlockRows, end);
                for (; w <= BatchNormKernels.NarrowVectors * TSimd.Count && row + 8 <= blockEnd; row += 8)
                {
                    var first = x + row * w;
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var at = first + i;
                        var center = TSimd.Load(p + i);
                        var d0 = TSimd.Subtract(TSimd.Load(at), center);
                        var d1 = TSimd.Subtract(TSimd.Load(at + w), center);
                        var d2 = TSimd.Subtract(TSimd.Load(at + 2 * w), center);
                        var d3 = TSimd.Subtract(TSimd.Load(at + 3 * w), center);
                        var d4 = TSimd.Subtract(TSimd.Load(at + 4 * w), center);
                        var d5 = TSimd.Subtract(TSimd.Load(at + 5 * w), center);
                        var d6 = TSimd.Subtract(TSimd.Load(at + 6 * w), center);
                        var d7 = TSimd.Subtract(TSimd.Load(at + 7 * w), center);
                        var sum = TSimd.Add(
                            TSimd.Add(TSimd.Add(d0, d1), TSimd.Add(d2, d3)),
                            TSimd.Add(TSimd.Add(d4, d5), TSimd.Add(d6, d7)));
                        var squares = TSimd.Add(
                            TSimd.Add(TSimd.MultiplyAdd(d0, d0, TSimd.Multiply(d1, d1)), TSimd.MultiplyAdd(d2, d2, TSimd.Multiply(d3, d3))),
                            TSimd.Add(TSimd.MultiplyAdd(d4, d4, TSimd.Multiply(d5, d5)), TSimd.MultiplyAdd(d6, d6, TSimd.Multiply(d7, d7))));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), sum), block + i);
                        TSimd.Store(TSimd.Add(TSimd.Load(block + w + i), squares), block + w + i);
                    }
                }
                for (; row < blockEnd; row++)
                {
                    for (nint i = 0; i < w; i += TSimd.Count)
                    {
                        var d = TSimd.Subtract(TSimd.Load(x + row * w + i), TSimd.Load(p + i));
                        TSimd.Store(TSimd.Add(TSimd.Load(block + i), d), block + i);
                        TSimd.Store(TSimd.MultiplyAdd(d, d, TSimd.Load(block + w + i)), block + w + i);
                    }
                }
                for (nint i = 0; i < 2 * w; i += TSimd.Count)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(total + i), TSimd.Load(block + i)), total + i);
                    TSimd.Store(TSimd.Zero, block + i);
                }
            }
            for (nint i = 0; i < rest; i += TSimd.Count)
            {
                // The missing elements and their pivots are both read as zero.
                var count = (int)Math.Min(TSimd.Count, rest - i);
                var d = TSimd.Subtract(TSimd.LoadFirst(x + end * w + i, count), TSimd.LoadFirst(p + i, count));
                TSimd.Store(TSimd.Add(TSimd.Load(total + i), d), total + i);
                TSimd.Store(TSimd.MultiplyAdd(d, d, TSimd.Load(total + w + i)), total + w + i);
            }
        }
    }
}
