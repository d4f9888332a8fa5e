using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>Products of matrices in memory of the caller's, shared out over a team of threads.</summary>
/// <remarks>
/// Each element of a result is summed in an order that depends only on the shapes and the vector width: the number of threads
/// changes no bit of it.
/// </remarks>
internal static unsafe class MatrixMultiply<T>
    where T : unmanaged
{
    // A result this small and a depth this long (the gradient of a layer's weights) leave nothing to share out but the depth.
    private const int LargestSplitResult = 1 << 16;
    private const int ShortestSplitDepth = 2048;
    private const int MostDepthParts = 8;

    /// <summary>Multiply-adds below which a share is not worth handing to another thread: some microseconds.</summary>
    private const long SmallestShare = 200_000;

    private const int TileRows = 12;

    /// <summary>Elements of scratch memory that <see cref="Run{TEpilogue}(in MatrixTerms{T}, TEpilogue, SimdWidth{T}, WorkerTeam, T*)"/> needs: sums over parts of a long depth.</summary>
    public static nint ScratchLength(in MatrixTerms<T> terms) => (nint)(DepthParts(terms) - 1) * terms.Rows * terms.Columns;

    /// <summary>Multiplies, and adds nothing: no bias, no activation.</summary>
    /// <inheritdoc cref="Run{TEpilogue}(in MatrixTerms{T}, TEpilogue, SimdWidth{T}, WorkerTeam, T*)"/>
    public static void Run(in MatrixTerms<T> terms, SimdWidth<T> width, WorkerTeam team, T* scratch)
        => Run(terms, default(NoEpilogue<T>), width, team, scratch);

    /// <param name="epilogue">Done to each part of C when it is complete. With one, a long depth is not shared out.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> elements; null where that is 0 or a long depth is not to be shared out.</param>
    public static void Run<TEpilogue>(in MatrixTerms<T> terms, TEpilogue epilogue, SimdWidth<T> width, WorkerTeam team, T* scratch)
        where TEpilogue : struct, IProductEpilogue<T>
        => Run(terms, epilogue, width, team.Threads, team.Run, scratch);

    /// <param name="run">Calls its second argument once with each number below its first, on <paramref name="threads"/> threads, and returns when all have returned.</param>
    /// <inheritdoc cref="Run{TEpilogue}(in MatrixTerms{T}, TEpilogue, SimdWidth{T}, WorkerTeam, T*)"/>
    public static void Run<TEpilogue>(in MatrixTerms<T> terms, TEpilogue epilogue, SimdWidth<T> width, int threads, Action<int, Action<int>> run, T* scratch)
        where TEpilogue : struct, IProductEpilogue<T>
    {
        if (terms.Rows == 0 || terms.Columns == 0)
            return;
        var product = terms;
        var depthParts = epilogue.IsNone && scratch is not null ? DepthParts(terms) : 1;
        var depthPart = (terms.Depth + depthParts - 1) / depthParts;
        var byRows = terms.Rows >= terms.Columns;
        var unit = byRows ? TileRows : 2 * width.Count;
        var extent = byRows ? terms.Rows : terms.Columns;
        var share = ShareLength(terms, depthParts, extent, unit, threads);
        var shares = (extent + share - 1) / share;
        run(terms.Batch * depthParts * shares, part =>
        {
            var (batch, rest) = Math.DivRem(part, depthParts * shares);
            var (depthIndex, index) = Math.DivRem(rest, shares);
            var (first, length) = (index * share, Math.Min(share, extent - (index * share)));
            var of = product;
            of.A += batch * of.ABatch;
            of.B += batch * of.BBatch;
            of.C += batch * of.CBatch;
            if (depthParts > 1)
            {
                var depth = depthIndex * depthPart;
                of.A += depth * of.AColumn;
                of.B += depth * of.BRow;
                of.Depth = Math.Min(depthPart, of.Depth - depth);
                if (depthIndex > 0)
                {
                    of.C = scratch + ((nint)(depthIndex - 1) * of.Rows * of.Columns);
                    of.CRow = of.Columns;
                    of.Accumulate = false;
                }
            }
            if (byRows)
                RunShare(of, epilogue, width, first, length, 0, of.Columns);
            else
                RunShare(of, epilogue, width, 0, of.Rows, first, length);
        });
        if (depthParts > 1)
            width.Run(new Reduction(product, scratch, depthParts - 1));
    }

    /// <summary>Rows [row, row + rows) of columns [column, column + columns) of one product, on the caller's thread.</summary>
    public static void RunShare<TEpilogue>(in MatrixTerms<T> terms, TEpilogue epilogue, SimdWidth<T> width, int row, int rows, int column, int columns)
        where TEpilogue : struct, IProductEpilogue<T>
        => width.Run(new Share<TEpilogue>(terms, epilogue, row, rows, column, columns));

    private static int DepthParts(in MatrixTerms<T> terms)
        => terms.Batch == 1 && (long)terms.Rows * terms.Columns <= LargestSplitResult
            ? Math.Clamp(terms.Depth / ShortestSplitDepth, 1, MostDepthParts)
            : 1;

    /// <summary>Rows or columns of a share: few enough shares to be worth it, enough to keep all threads busy to the end.</summary>
    private static int ShareLength(in MatrixTerms<T> terms, int depthParts, int extent, int unit, int threads)
    {
        if (threads == 1)
            return extent;
        var work = (long)terms.Rows * terms.Columns * Math.Max(1, terms.Depth) / depthParts;
        var wanted = Math.Min((4L * threads + (terms.Batch * depthParts) - 1) / (terms.Batch * depthParts), Math.Max(1, work / SmallestShare));
        var share = (extent + wanted - 1) / wanted;
        return (int)((share + unit - 1) / unit * unit);
    }

    private readonly struct Share<TEpilogue>(MatrixTerms<T> terms, TEpilogue epilogue, int row, int rows, int column, int columns) : ISimdAction<T>
        where TEpilogue : struct, IProductEpilogue<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint start = 0;
            var block = new ProductBlock<T>
            {
                FirstRow = row,
                Rows = rows,
                FirstColumn = column,
                Columns = columns,
                Offsets = &start,
                Segments = 1,
                SegmentLength = terms.Depth,
                Step = terms.AColumn,
                Accumulate = terms.Accumulate,
            };
            var rowsOf = new StridedRows<T>(terms.A, terms.ARow, terms.C, terms.CRow);
            if (terms.Packed is null)
                BlockedProduct<TSimd, TVector, T>.Run(block, rowsOf, new StridedPanels<T>(terms.B, terms.BRow, terms.BColumn), epilogue);
            else
                BlockedProduct<TSimd, TVector, T>.Run(block, rowsOf, new PackedPanels<T>(terms.Packed, terms.Depth), epilogue);
        }
    }

    /// <summary>Adds the sums over the parts of the depth, in their order.</summary>
    private readonly struct Reduction(MatrixTerms<T> terms, T* parts, int count) : ISimdAction<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => PartialSums<TSimd, TVector, T>.AddTo(terms.C, terms.CRow, terms.Rows, terms.Columns, parts, count, (nint)terms.Rows * terms.Columns);
    }
}
