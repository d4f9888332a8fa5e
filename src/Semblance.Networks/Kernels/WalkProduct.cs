using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Every point of a walk times weights: the forward pass of a convolution, and each phase of its input's gradient.</summary>
internal static unsafe class WalkProduct<T>
    where T : unmanaged
{
    /// <param name="read">The pictures that are walked over.</param>
    /// <param name="written">Where the points' results go, as <paramref name="place"/> says.</param>
    /// <param name="scratch">For each thread the walk's slab memory.</param>
    /// <param name="packed">The weights as <see cref="PackedPanels{T}"/> has them, or null.</param>
    public static void Run<TEpilogue>(PictureWalk walk, T* read, T* weights, WalkWeights layout, T* written, GridPlace place, bool accumulate, TEpilogue epilogue, SimdWidth<T> simd, WorkerTeam team, T* scratch, T* packed = null)
        where TEpilogue : struct, IProductEpilogue<T>
    {
        var segments = Segments(walk, layout);
        if (walk.Slabs == 0 || (accumulate && segments.Length == 0))
            return;
        // Where few slabs would leave threads idle, each is done by several that take a share of the columns.
        var panel = 2 * simd.Count;
        var shares = 1;
        if (layout.Groups == 1 && team.Threads > 1)
            shares = Math.Clamp(2 * team.Threads / walk.Slabs, 1, (layout.Columns + panel - 1) / panel);
        var share = ((layout.Columns + shares - 1) / shares + panel - 1) / panel * panel;
        shares = (layout.Columns + share - 1) / share;
        var jobs = walk.Slabs * shares;
        // The slab that this thread is likely to take next.
        var slabsAhead = Math.Max(1, team.Threads / shares);
        var next = -1;
        team.Run(Math.Min(team.Threads, jobs), thread =>
        {
            var memory = scratch + (thread * walk.SlabMemory);
            for (var job = Interlocked.Increment(ref next); job < jobs; job = Interlocked.Increment(ref next))
            {
                var (slab, part) = Math.DivRem(job, shares);
                simd.Run(new Job<TEpilogue>(walk, slab, slab + slabsAhead, read, weights, layout, segments, written, place, accumulate, epilogue, memory, part * share, Math.Min(share, layout.Columns - (part * share)), packed));
            }
        });
    }

    /// <summary>Elements from a point's pointer to the runs of elements that it reads: rows of the kernel where their taps touch, else taps.</summary>
    private static nint[] Segments(PictureWalk walk, WalkWeights layout)
    {
        var columns = WholeRows(walk, layout) ? Math.Min(1, walk.Columns.Count) : walk.Columns.Count;
        var offsets = new nint[walk.Rows.Count * columns];
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = walk.TapOffset(i / columns, i % columns);
        return offsets;
    }

    private static bool WholeRows(PictureWalk walk, WalkWeights layout) => layout.Groups == 1 && walk.Columns.IsDense;

    private readonly struct Job<TEpilogue>(
        PictureWalk walk, int slabIndex, int nextSlab, T* read, T* weights, WalkWeights layout, nint[] segments, T* written, GridPlace place, bool accumulate, TEpilogue epilogue, T* memory, int firstColumn, int columns, T* packed)
        : ISimdAction<T>
        where TEpilogue : struct, IProductEpilogue<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var slab = walk[slabIndex];
            var none = segments.Length == 0;
            var start = none ? read : walk.Read(read, slab, memory);
            var target = written + place.First + (slab.FirstImage * place.ImageStep) + (slab.FirstRow * place.RowStep);
            nint zero = 0;
            fixed (nint* offsets = segments, taps = layout.Taps)
            {
                var block = new ProductBlock<T>
                {
                    Rows = slab.Images * slab.Rows * walk.Columns.Grid,
                    Columns = columns,
                    // Without a tap (a phase between the outputs) the sums are empty, but written.
                    Offsets = none ? &zero : offsets,
                    Segments = none ? 1 : segments.Length,
                    SegmentLength = none ? 0 : WholeRows(walk, layout) ? walk.Columns.Count * layout.Depth : layout.Depth,
                    Step = 1,
                    Ahead = layout.Groups == 1 ? walk.Ahead(read, nextSlab) : default,
                    Accumulate = accumulate,
                };
                for (var group = 0; group < layout.Groups; group++)
                {
                    block.FirstColumn = (group * layout.Columns) + firstColumn;
                    var from = start + (group * layout.Depth);
                    var origin = weights + (group * layout.GroupStep);
                    if (packed != null)
                        Multiply<TSimd, TVector, PackedPanels<T>>(block, slab, from, target, new PackedPanels<T>(packed, block.Segments * block.SegmentLength));
                    else if (taps is null)
                        Multiply<TSimd, TVector, StridedPanels<T>>(block, slab, from, target, new StridedPanels<T>(origin, layout.DepthStride, layout.ColumnStride));
                    else
                        Multiply<TSimd, TVector, StridedPanels<T>>(block, slab, from, target, new StridedPanels<T>(origin, layout.DepthStride, layout.ColumnStride, taps, layout.Depth));
                }
            }
        }

        private void Multiply<TSimd, TVector, TSource>(in ProductBlock<T> block, PictureWalk.Slab slab, T* start, T* target, TSource source)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where TSource : struct, IPanelSource<T>
        {
            if (segments.Length > 0 && TripleTaps<TSimd, TVector, T>.Fit(walk, layout.Depth, layout.Columns))
                TripleTaps<TSimd, TVector, T>.Multiply(walk, slab, start, layout.Depth, source, block.FirstColumn, columns, target, place, accumulate, block.Ahead, epilogue);
            else
                BlockedProduct<TSimd, TVector, T>.Run(block, new PointRows<T>(start, walk.ImageStep(slab), walk, slab, target, place), source, epilogue);
        }
    }
}
