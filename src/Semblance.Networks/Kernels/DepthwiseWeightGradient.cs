using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The gradient of depthwise weights [kh, kw, channels]: every row of every picture adds to the sums of its part, and the parts are
/// added in their order. How many parts there are depends on the geometry alone, so threads change no bit.
/// </summary>
internal sealed unsafe class DepthwiseWeightGradient(int batch, int channels, TapAxis rows, TapAxis columns)
{
    private const int MostParts = 8;

    /// <summary>Columns of a part for each tap, so that clearing and adding its sums is a small share of the work.</summary>
    private const int FewestColumnsPerTap = 8;

    private readonly nint _sumsLength = (nint)rows.Count * columns.Count * channels;

    /// <summary>Columns in which no tap leaves the picture.</summary>
    private readonly (int First, int End) _inside = columns.InsideGrid;

    private readonly (int First, int End)[] _tapColumns = [.. Enumerable.Range(0, columns.Count).Select(columns.GridInside)];

    private long Lines => (long)batch * rows.Grid;

    private int Parts
    {
        get
        {
            var parts = (int)Math.Clamp(Lines * columns.Grid / ((long)FewestColumnsPerTap * rows.Count * columns.Count), 1, Math.Min(MostParts, Math.Max(1, Lines)));
            return parts > 1 ? parts - (parts % 2) : 1;
        }
    }

    /// <summary>Elements of scratch memory for <see cref="Run"/>.</summary>
    public nint ScratchLength => (Parts - 1) * _sumsLength;

    /// <param name="x">[batch, height, width, channels].</param>
    /// <param name="dy">[batch, output height, output width, channels].</param>
    /// <param name="dw">Overwritten, or added to.</param>
    public void Run<T>(T* x, T* dy, T* dw, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parts = Parts;
        team.Run(parts, part =>
        {
            var sums = part == 0 ? dw : scratch + ((part - 1) * _sumsLength);
            if (part > 0 || !accumulate)
                new Span<T>(sums, (int)_sumsLength).Clear();
            simd.Run(new Part<T>(this, x, dy, sums, Lines * part / parts, Lines * (part + 1) / parts));
        });
        if (parts > 1)
            simd.Run(new Total<T>(dw, scratch, parts - 1, (int)_sumsLength));
    }

    private (TapAxis Rows, TapAxis Columns, int Channels) Geometry => (rows, columns, channels);

    private readonly struct Part<T>(DepthwiseWeightGradient owner, T* x, T* dy, T* sums, long start, long end) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (var line = start; line < end; line++)
                Line<TSimd, TVector>(line);
        }

        private void Line<TSimd, TVector>(long line)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (rows, columns, channels) = owner.Geometry;
            var (picture, row) = Math.DivRem(line, rows.Grid);
            var gradient = dy + ((nint)line * columns.Grid * channels);
            var readPicture = x + ((nint)picture * rows.Size * columns.Size * channels);
            var (firstRow, endRow) = rows.TapsInside((int)row);
            var (first, end) = owner._inside;
            if (firstRow == endRow)
                return;
            var nine = rows.Count == 3 && columns.Count == 3;
            if (nine && columns.Offsets[1] - columns.Offsets[0] == columns.Stride)
            {
                Sliding<TSimd, TVector>(readPicture, (int)row, firstRow, endRow, gradient);
                return;
            }
            if (nine && end > first)
                NineTaps<TSimd, TVector>(readPicture, (int)row, firstRow, endRow, gradient, first, end);
            for (var tapRow = firstRow; tapRow < endRow; tapRow++)
            {
                var readRow = readPicture + ((((nint)row * rows.Stride) + rows.Offsets[tapRow]) * columns.Size * channels);
                var rowSums = sums + ((nint)tapRow * columns.Count * channels);
                var done = nine ? 3 : 0;
                for (; end > first && columns.IsEven && done + 5 <= columns.Count; done += 5)
                    FiveTaps<TSimd, TVector>(readRow, gradient, first, end, rowSums, done);
                for (var tap = 0; tap < columns.Count; tap++)
                {
                    var (tapFirst, tapEnd) = owner._tapColumns[tap];
                    if (end <= first || tap >= done)
                    {
                        OneTap<TSimd, TVector>(readRow, gradient, tapFirst, tapEnd, rowSums, tap);
                        continue;
                    }
                    // Beside the columns that are done.
                    OneTap<TSimd, TVector>(readRow, gradient, tapFirst, first, rowSums, tap);
                    OneTap<TSimd, TVector>(readRow, gradient, end, tapEnd, rowSums, tap);
                }
            }
        }

        private void Sliding<TSimd, TVector>(T* readPicture, int row, int firstRow, int endRow, T* gradient)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (rows, columns, channels) = owner.Geometry;
            var starts = stackalloc T*[3];
            for (var tap = 0; tap < 3; tap++)
            {
                var y = (row * rows.Stride) + rows.Offsets[Math.Clamp(tap, firstRow, endRow - 1)];
                starts[tap] = readPicture + ((((nint)y * columns.Size) + columns.Offsets[0]) * channels);
            }
            // Input i lies at pixel i · stride + offset.
            var firstInput = columns.First >= 0 ? 0 : (-columns.First + columns.Stride - 1) / columns.Stride;
            var room = columns.Size - 1 - columns.First;
            var endInput = Math.Min(columns.Grid + 2, room < 0 ? 0 : (room / columns.Stride) + 1);
            var inside = (1 << endRow) - (1 << firstRow);
            var readStep = (nint)columns.Stride * channels;
            var whole = channels - (channels % TSimd.Count);
            DepthwiseTaps<TSimd, TVector, T>.Sliding<WholeLanes>(starts, inside, firstInput, endInput, readStep, gradient, columns.Grid, sums, channels, 0, whole);
            if (whole < channels)
                DepthwiseTaps<TSimd, TVector, T>.Sliding<FirstLanes>(starts, inside, firstInput, endInput, readStep, gradient, columns.Grid, sums, channels, whole, channels);
        }

        private void NineTaps<TSimd, TVector>(T* readPicture, int row, int firstRow, int endRow, T* gradient, int first, int end)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (rows, columns, channels) = owner.Geometry;
            var readStep = (nint)columns.Stride * channels;
            var starts = stackalloc T*[3];
            for (var tap = 0; tap < 3; tap++)
            {
                var y = (row * rows.Stride) + rows.Offsets[Math.Clamp(tap, firstRow, endRow - 1)];
                starts[tap] = readPicture + ((((nint)y * columns.Size) + columns.Offsets[0]) * channels) + (first * readStep);
            }
            var inside = (1 << endRow) - (1 << firstRow);
            var (second, third) = ((nint)(columns.Offsets[1] - columns.Offsets[0]) * channels, (nint)(columns.Offsets[2] - columns.Offsets[0]) * channels);
            var whole = channels - (channels % TSimd.Count);
            gradient += (nint)first * channels;
            DepthwiseTaps<TSimd, TVector, T>.Nine<WholeLanes>(starts, inside, second, third, readStep, gradient, end - first, sums, channels, 0, whole);
            DepthwiseTaps<TSimd, TVector, T>.Nine<FirstLanes>(starts, inside, second, third, readStep, gradient, end - first, sums, channels, whole, channels);
        }

        private void FiveTaps<TSimd, TVector>(T* readRow, T* gradient, int first, int end, T* rowSums, int tap)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (_, columns, channels) = owner.Geometry;
            var readStep = (nint)columns.Stride * channels;
            var tapStep = (nint)(columns.Offsets[tap + 1] - columns.Offsets[tap]) * channels;
            var read = readRow + ((nint)columns.Offsets[tap] * channels) + (first * readStep);
            var whole = channels - (channels % TSimd.Count);
            var target = rowSums + ((nint)tap * channels);
            gradient += (nint)first * channels;
            DepthwiseTaps<TSimd, TVector, T>.Five<WholeLanes>(read, tapStep, readStep, gradient, end - first, target, channels, 0, whole);
            DepthwiseTaps<TSimd, TVector, T>.Five<FirstLanes>(read, tapStep, readStep, gradient, end - first, target, channels, whole, channels);
        }

        private void OneTap<TSimd, TVector>(T* readRow, T* gradient, int first, int end, T* rowSums, int tap)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (end <= first)
                return;
            var (_, columns, channels) = owner.Geometry;
            var readStep = (nint)columns.Stride * channels;
            var read = readRow + ((nint)columns.Offsets[tap] * channels) + (first * readStep);
            var whole = channels - (channels % TSimd.Count);
            var target = rowSums + ((nint)tap * channels);
            gradient += (nint)first * channels;
            DepthwiseTaps<TSimd, TVector, T>.One<WholeLanes>(read, readStep, gradient, end - first, target, channels, 0, whole);
            DepthwiseTaps<TSimd, TVector, T>.One<FirstLanes>(read, readStep, gradient, end - first, target, channels, whole, channels);
        }
    }

    private readonly struct Total<T>(T* dw, T* parts, int count, int length) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => PartialSums<TSimd, TVector, T>.AddTo(dw, length, 1, length, parts, count, length);
    }
}
