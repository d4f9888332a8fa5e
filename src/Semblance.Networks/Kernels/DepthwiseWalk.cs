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

    /// <summary>Grid columns [First, End) that are computed in blocks.</summary>
    private readonly (int First, int End) _blocks = columns.AlmostInsideGrid;

    /// <summary>The taps of a row of the kernel that columns share, as positions in its list of taps.</summary>
    private readonly int[][] _chains = Chains(columns);

    /// <summary>Each tap by itself, for columns at a border.</summary>
    private readonly int[][] _singles = [.. Enumerable.Range(0, columns.Count).Select(tap => new[] { tap })];

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

    private (TapAxis Rows, TapAxis Columns, int Channels, GridPlace Place) Geometry => (rows, columns, channels, place);

    /// <summary>Taps a stride apart in runs of at most three, longest first.</summary>
    private static int[][] Chains(TapAxis columns)
    {
        var runs = new List<int[]>();
        var left = Enumerable.Range(0, columns.Count).ToList();
        while (left.Count > 0)
        {
            var run = new List<int> { left[0] };
            foreach (var tap in left)
            {
                if (run.Count < DepthwiseRun.MostTaps && columns.Offsets[tap] == columns.Offsets[run[^1]] + columns.Stride)
                    run.Add(tap);
            }
            left.RemoveAll(run.Contains);
            runs.Add([.. run]);
        }
        return [.. runs.OrderByDescending(run => run.Length)];
    }

    /// <summary>The runs of kernel rows [firstRow, endRow), of which a column that is not computed in blocks takes single taps.</summary>
    private void SetRuns<T>(ref DepthwiseCall<T> call, DepthwiseRun* runs, int firstRow, int endRow, ReadOnlySpan<int[]> chains)
        where T : unmanaged
    {
        call.Runs = runs;
        (call.Threes, call.Twos, call.Ones) = (0, 0, 0);
        foreach (var chain in chains)
        {
            var weightStep = chain.Length == 1 ? 0 : (nint)(columns.Taps[chain[1]] - columns.Taps[chain[0]]) * channels;
            for (var row = firstRow; row < endRow; row++)
            {
                *runs++ = new DepthwiseRun
                {
                    Offset = (((nint)rows.Offsets[row] * columns.Size) + columns.Offsets[chain[0]]) * channels,
                    Weights = (((nint)rows.Taps[row] * kernelWidth) + columns.Taps[chain[0]]) * channels,
                    WeightStep = weightStep,
                    First = columns.Offsets[chain[0]],
                    Last = columns.Offsets[chain[^1]],
                };
            }
            var count = endRow - firstRow;
            (call.Threes, call.Twos, call.Ones) = chain.Length switch
            {
                3 => (call.Threes + count, call.Twos, call.Ones),
                2 => (call.Threes, call.Twos + count, call.Ones),
                _ => (call.Threes, call.Twos, call.Ones + count),
            };
        }
    }

    private readonly struct Lines<T, TActivation>(DepthwiseWalk walk, T* read, T* weights, T* bias, TActivation function, T* written, bool accumulate, long start, long end) : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (rows, columns, channels, place) = walk.Geometry;
            // Of columns in blocks, and of those at a border.
            var most = Math.Max(1, rows.Count * columns.Count);
            var runs = new DepthwiseRun[2 * most];
            fixed (DepthwiseRun* shared = runs)
            {
                var call = new DepthwiseCall<T>
                {
                    Weights = weights,
                    Bias = bias,
                    ReadStep = (nint)columns.Stride * channels,
                    WriteStep = place.ColumnStep,
                    Channels = channels,
                    Stride = columns.Stride,
                    Size = columns.Size,
                    Accumulate = accumulate,
                };
                var known = (-1, -1);
                for (var line = start; line < end; line++)
                {
                    var (picture, row) = Math.DivRem(line, rows.Grid);
                    var taps = rows.TapsInside((int)row);
                    if (taps != known)
                        walk.SetRuns(ref call, shared, taps.First, taps.End, walk._chains);
                    known = taps;
                    var readRow = read + ((((nint)picture * rows.Size) + ((nint)row * rows.Stride)) * columns.Size * channels);
                    var writeRow = written + place.First + ((nint)picture * place.ImageStep) + ((nint)row * place.RowStep);
                    Line<TSimd, TVector>(call, readRow, writeRow, taps, shared + most);
                }
            }
        }

        private void Line<TSimd, TVector>(DepthwiseCall<T> call, T* readRow, T* writeRow, (int First, int End) taps, DepthwiseRun* single)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var columns = walk.Geometry.Columns;
            var blocks = walk._blocks;
            for (var column = 0; column < columns.Grid;)
            {
                call.Read = readRow + (column * call.ReadStep);
                call.Write = writeRow + (column * call.WriteStep);
                call.Column = column * columns.Stride;
                if (column >= blocks.First && column < blocks.End)
                {
                    column += Block<TSimd, TVector>(call, blocks.End - column);
                    continue;
                }
                var border = call;
                var (first, end) = columns.TapsInside(column);
                walk.SetRuns(ref border, single, taps.First, taps.End, walk._singles.AsSpan(first, end - first));
                column += Block<TSimd, TVector>(border, 1);
            }
        }

        /// <summary>As many columns as a block takes, at most <paramref name="columns"/>; returns how many.</summary>
        private int Block<TSimd, TVector>(in DepthwiseCall<T> call, int columns)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var whole = call.Channels - (call.Channels % TSimd.Count);
            if (columns >= 8)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Eight<WholeLanes>(call, function, 0, whole);
                if (whole < call.Channels)
                    DepthwiseColumns<TSimd, TVector, T, TActivation>.Eight<FirstLanes>(call, function, whole, call.Channels);
                return 8;
            }
            if (columns >= 4)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Four<WholeLanes>(call, function, 0, whole);
                if (whole < call.Channels)
                    DepthwiseColumns<TSimd, TVector, T, TActivation>.Four<FirstLanes>(call, function, whole, call.Channels);
                return 4;
            }
            if (columns >= 2)
            {
                DepthwiseColumns<TSimd, TVector, T, TActivation>.Two<WholeLanes>(call, function, 0, whole);
                if (whole < call.Channels)
                    DepthwiseColumns<TSimd, TVector, T, TActivation>.Two<FirstLanes>(call, function, whole, call.Channels);
                return 2;
            }
            DepthwiseColumns<TSimd, TVector, T, TActivation>.One<WholeLanes>(call, function, 0, whole);
            if (whole < call.Channels)
                DepthwiseColumns<TSimd, TVector, T, TActivation>.One<FirstLanes>(call, function, whole, call.Channels);
            return 1;
        }
    }
}
