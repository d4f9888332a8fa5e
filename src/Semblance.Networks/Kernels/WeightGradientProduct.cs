using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The gradient of a convolution's weights: for each tap and channel the sum over all points of what it read times the gradient
/// of the output. The depth of the product is the points, slab by slab.
/// </summary>
internal static unsafe class WeightGradientProduct<T>
    where T : unmanaged
{
    /// <param name="parts">Slabs are shared out over so many sums, added in order at the end; depends on the shape alone.</param>
    /// <param name="scratch">For each thread the walk's slab memory, then the sums of all parts but the first.</param>
    public static void Run(PictureWalk walk, ConvolutionShape shape, int parts, T* x, T* dy, T* dw, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
    {
        if (walk.Slabs == 0 || shape.WeightLength == 0)
        {
            if (!accumulate)
                new Span<T>(dw, (int)shape.WeightLength).Clear();
            return;
        }
        var taps = new nint[shape.KernelHeight * shape.KernelWidth];
        for (var i = 0; i < taps.Length; i++)
            taps[i] = walk.TapOffset(i / shape.KernelWidth, i % shape.KernelWidth);

        // Where few parts would leave threads idle, each is done by several that take a share of the columns.
        var panel = 2 * simd.Count;
        var columns = shape.GroupOutputChannels;
        var shares = 1;
        if (shape.Groups == 1 && team.Threads > 1)
            shares = Math.Clamp((2 * team.Threads + parts - 1) / parts, 1, (columns + panel - 1) / panel);
        var share = ((columns + shares - 1) / shares + panel - 1) / panel * panel;
        shares = (columns + share - 1) / share;
        var sums = scratch + (team.Threads * walk.SlabMemory);
        var jobs = parts * shares;
        var next = -1;
        team.Run(Math.Min(team.Threads, jobs), thread =>
        {
            var memory = scratch + (thread * walk.SlabMemory);
            for (var job = Interlocked.Increment(ref next); job < jobs; job = Interlocked.Increment(ref next))
            {
                var (part, index) = Math.DivRem(job, shares);
                var target = part == 0 ? dw : sums + ((part - 1) * shape.WeightLength);
                var (first, end) = ((int)((long)walk.Slabs * part / parts), (int)((long)walk.Slabs * (part + 1) / parts));
                simd.Run(new Job(walk, shape, taps, first, end, x, dy, target, accumulate && part == 0, memory, index * share, Math.Min(share, columns - (index * share))));
            }
        });
        if (parts == 1)
            return;
        var rows = shape.Depth;
        var pieces = Math.Min(rows, team.Threads);
        team.Run(pieces, piece =>
        {
            var (first, end) = ((int)((long)rows * piece / pieces), (int)((long)rows * (piece + 1) / pieces));
            simd.Run(new Reduction(dw, sums, shape, parts - 1, first, end));
        });
    }

    private readonly struct Job(PictureWalk walk, ConvolutionShape shape, nint[] taps, int firstSlab, int endSlab, T* x, T* dy, T* dw, bool accumulate, T* memory, int firstColumn, int columns) : ISimdAction<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var width = walk.Columns.Grid;
            var lines = new nint[walk.SlabImages * walk.SlabRows];
            fixed (nint* tapOffsets = taps, offsets = lines)
            {
                for (var index = firstSlab; index < endSlab; index++)
                {
                    var slab = walk[index];
                    var read = walk.Read(x, slab, memory);
                    var imageStep = walk.ImageStep(slab);
                    for (var line = 0; line < slab.Images * slab.Rows; line++)
                        offsets[line] = (line / slab.Rows * imageStep) + (line % slab.Rows * walk.RowStep);
                    var gradient = dy + ((((nint)slab.FirstImage * walk.Rows.Grid) + slab.FirstRow) * width * shape.OutputChannels);
                    var block = new ProductBlock<T>
                    {
                        Rows = shape.Depth,
                        Columns = columns,
                        Offsets = offsets,
                        Segments = slab.Images * slab.Rows,
                        SegmentLength = width,
                        Step = walk.ColumnStep,
                        Ahead = shape.Groups == 1 ? walk.Ahead(x, index + 1) : default,
                        Accumulate = accumulate || index > firstSlab,
                    };
                    for (var group = 0; group < shape.Groups; group++)
                    {
                        block.FirstColumn = (group * shape.GroupOutputChannels) + firstColumn;
                        var from = read + (group * shape.GroupChannels);
                        if (TripleTaps<TSimd, TVector, T>.Fit(walk, shape.GroupChannels, shape.GroupOutputChannels))
                            TripleTaps<TSimd, TVector, T>.Gradient(walk, from, offsets, block.Segments, shape.GroupChannels, gradient + block.FirstColumn, shape.OutputChannels, columns, dw + block.FirstColumn, block.Accumulate, block.Ahead);
                        else
                            BlockedProduct<TSimd, TVector, T>.Run(block, new WeightRows<T>(from, tapOffsets, shape.GroupChannels, dw, shape.OutputChannels), new StridedPanels<T>(gradient, shape.OutputChannels, 1), default(NoEpilogue<T>));
                    }
                }
            }
        }
    }

    private readonly struct Reduction(T* dw, T* sums, ConvolutionShape shape, int count, int firstRow, int endRow) : ISimdAction<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var first = (nint)firstRow * shape.OutputChannels;
            PartialSums<TSimd, TVector, T>.AddTo(dw + first, shape.OutputChannels, endRow - firstRow, shape.OutputChannels, sums + first, count, shape.WeightLength);
        }
    }
}
