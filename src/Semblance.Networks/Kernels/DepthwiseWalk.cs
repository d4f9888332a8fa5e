using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// A grid of points over a batch of pictures, each of which sums its taps channel by channel: the forward pass of a depthwise
/// convolution, or one phase of the gradient of its input.
/// </summary>
/// <param name="batch">Pictures.</param>
/// <param name="channels">Of what is read and of what is written.</param>
/// <param name="place">Where grid points are written.</param>
/// <param name="kernelWidth">Taps in a row of the weights [kh, kw, channels].</param>
internal sealed unsafe class DepthwiseWalk(int batch, int channels, TapAxis rows, TapAxis columns, GridPlace place, int kernelWidth)
{
    /// <summary>Sums below which a share is not worth another thread.</summary>
    private const long SmallestShare = 1 << 15;

    private readonly nint[] _offsets = Offsets(channels, rows, columns);
    private readonly nint[] _weightOffsets = WeightOffsets(channels, rows, columns, kernelWidth);

    /// <summary>Grid columns [First, End) that read nothing outside the picture.</summary>
    private readonly (int First, int End) _inside = columns.InsideGrid;

    public void Run<T, TActivation>(T* read, T* weights, T* bias, TActivation function, T* written, bool accumulate, SimdWidth<T> simd, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        var lines = (long)batch * rows.Grid;
        if (lines == 0 || columns.Grid == 0)
            return;
        var work = lines * columns.Grid * channels;
        var parts = (int)Math.Clamp(Math.Min(work / SmallestShare, team.Threads == 1 ? 1 : 4 * team.Threads), 1, lines);
        team.Run(parts, part => simd.Run(new Lines<T, TActivation>(this, read, weights, bias, function, written, accumulate, lines * part / parts, lines * (part + 1) / parts)));
    }

    private static nint[] Offsets(int channels, TapAxis rows, TapAxis columns)
        => [.. rows.Offsets.SelectMany(row => columns.Offsets.Select(column => (((nint)row * columns.Size) + column) * channels))];

    private static nint[] WeightOffsets(int channels, TapAxis rows, TapAxis columns, int kernelWidth)
        => [.. rows.Taps.SelectMany(row => columns.Taps.Select(column => (((nint)row * kernelWidth) + column) * channels))];

    private readonly struct Lines<T, TActivation>(DepthwiseWalk walk, T* read, T* weights, T* bias, TActivation function, T* written, bool accumulate, long start, long end) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            // Of the columns at a border: the taps that are left.
            var left = new nint[2 * Math.Max(1, walk._offsets.Length)];
            fixed (nint* offsets = walk._offsets, weightOffsets = walk._weightOffsets, some = left)
            {
                for (var line = start; line < end; line++)
                    Line<TSimd, TVector>(line, offsets, weightOffsets, some);
            }
        }

        private void Line<TSimd, TVector>(long line, nint* offsets, nint* weightOffsets, nint* some)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (rows, columns, channels, place) = walk.Geometry;
            var (picture, row) = Math.DivRem(line, rows.Grid);
            var (firstTap, endTap) = rows.TapsInside((int)row);
            var call = new DepthwiseCall<T>
            {
                Weights = weights,
                Bias = bias,
                ReadStep = (nint)columns.Stride * channels,
                WriteStep = place.ColumnStep,
                Channels = channels,
                Offsets = offsets + (firstTap * columns.Count),
                WeightOffsets = weightOffsets + (firstTap * columns.Count),
                Taps = (endTap - firstTap) * columns.Count,
                Accumulate = accumulate,
            };
            var readRow = read + ((((nint)picture * rows.Size) + ((nint)row * rows.Stride)) * columns.Size * channels);
            var writeRow = written + place.First + ((nint)picture * place.ImageStep) + ((nint)row * place.RowStep);
            var inside = walk._inside;
            for (var column = 0; column < columns.Grid;)
            {
                call.Read = readRow + (column * call.ReadStep);
                call.Write = writeRow + (column * call.WriteStep);
                if (column < inside.First || column >= inside.End)
                {
                    var atBorder = call;
                    atBorder.Offsets = some;
                    atBorder.WeightOffsets = some + walk._offsets.Length;
                    atBorder.Taps = Choose(columns.TapsInside(column), firstTap, endTap, offsets, weightOffsets, some);
                    column += Inside<TSimd, TVector>(atBorder, 1);
                    continue;
                }
                column += Inside<TSimd, TVector>(call, inside.End - column);
            }
        }

        /// <summary>As many columns as a block takes, at most <paramref name="columns"/>; returns how many.</summary>
        private int Inside<TSimd, TVector>(in DepthwiseCall<T> call, int columns)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var whole = call.Channels - (call.Channels % TSimd.Count);
            if (columns >= 8)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Eight<WholeLanes>(call, function, 0, whole);
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Eight<FirstLanes>(call, function, whole, call.Channels);
                return 8;
            }
            if (columns >= 4)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Four<WholeLanes>(call, function, 0, whole);
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Four<FirstLanes>(call, function, whole, call.Channels);
                return 4;
            }
            if (columns >= 2)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Two<WholeLanes>(call, function, 0, whole);
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Two<FirstLanes>(call, function, whole, call.Channels);
                return 2;
            }
            DepthwiseColumns<TSimd, TVector, T, TActivation>.One<WholeLanes>(call, function, 0, whole);
            DepthwiseColumns<TSimd, TVector, T, TActivation>.One<FirstLanes>(call, function, whole, call.Channels);
            return 1;
        }

        /// <summary>Of a column whose taps lie outside the picture in part: the others, row by row of the kernel; returns how many.</summary>
        private int Choose((int First, int End) inside, int firstRow, int endRow, nint* offsets, nint* weightOffsets, nint* some)
        {
            var count = 0;
            for (var row = firstRow; row < endRow; row++)
            {
                for (var tap = inside.First; tap < inside.End; tap++, count++)
                {
                    some[count] = offsets[(row * walk.Geometry.Columns.Count) + tap];
                    some[walk._offsets.Length + count] = weightOffsets[(row * walk.Geometry.Columns.Count) + tap];
                }
            }
            return count;
        }
    }

    private (TapAxis Rows, TapAxis Columns, int Channels, GridPlace Place) Geometry => (rows, columns, channels, place);
}
