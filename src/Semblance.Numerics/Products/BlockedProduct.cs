using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>
/// One thread's share of a product, cut for the caches: a panel of B, packed just before it is used, stays in the first level
/// while rows of A and C pass from the second (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008;
/// rows of A by pointers as in Dukhan, "The indirect convolution algorithm", 2019).
/// </summary>
/// <remarks>
/// The order of summation depends on the depth and its segments alone, so how a product is shared out changes no bit of it.
/// </remarks>
internal static unsafe class BlockedProduct<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>Depth of a panel: at two vectors of 64 bytes 32 KB, which leaves a third of a 48 KB cache to twelve rows of A.</summary>
    private const int DepthBlock = 256;

    /// <summary>Rows whose places are looked up at a time.</summary>
    private const int MaxRowBlock = 768;

    private const int MinRowBlock = 96;

    /// <summary>What a block of A and C may take of the second-level cache.</summary>
    private const int CacheBytes = 768 << 10;

    private const int Alignment = 64;

    private const int TallestTile = 24;

    /// <summary>Columns that are done before the next ones where C is passed over more than once, so that its block stays in the cache.</summary>
    private const int ColumnBlock = 512;

    private const int Line = 64;

    /// <summary>Columns of a panel.</summary>
    public static int PanelWidth => 2 * TSimd.Count;

    private static int TileRows => TSimd.Registers >= 32 ? 12 : 6;

    private static int NarrowTileRows => TSimd.Registers >= 32 ? 24 : 12;

    [SkipLocalsInit]
    public static void Run<TRows, TSource, TEpilogue>(in ProductBlock<T> block, TRows rows, TSource source, TEpilogue epilogue)
        where TRows : struct, IProductRows<T>
        where TSource : struct, IPanelSource<T>
        where TEpilogue : struct, IProductEpilogue<T>
    {
        var starts = stackalloc T*[MaxRowBlock + TallestTile];
        var targets = stackalloc T*[MaxRowBlock + TallestTile];
        var memory = stackalloc byte[(DepthBlock * PanelWidth * sizeof(T)) + Alignment];
        var packed = (T*)(((nint)memory + Alignment - 1) & -Alignment);

        // A long segment is cut; short ones are taken together.
        var cuts = Math.Max(1, (block.SegmentLength + DepthBlock - 1) / DepthBlock);
        var cut = Math.Max(1, (block.SegmentLength + cuts - 1) / cuts);
        var together = Math.Max(1, DepthBlock / Math.Max(1, block.SegmentLength));
        var groups = (block.Segments + together - 1) / together;
        together = (block.Segments + groups - 1) / groups;
        var passes = groups * cuts;
        var columnBlock = passes > 1 ? ColumnBlock : block.Columns;
        var rowBlock = RowBlock(cut * together, passes > 1 ? Math.Min(columnBlock, block.Columns) : 0);

        var call = new TileCall<T> { Step = block.Step, Ahead = block.Ahead.Start };
        if (!block.Ahead.IsEmpty)
            call.AheadStep = block.Ahead.Step((long)block.Segments * block.SegmentLength * ((block.Rows + TileRows - 1) / TileRows) * ((block.Columns + PanelWidth - 1) / PanelWidth));
        for (var firstColumn = 0; firstColumn < block.Columns; firstColumn += columnBlock)
        {
            var endColumn = Math.Min(block.Columns, firstColumn + columnBlock);
            for (var first = 0; first < block.Rows; first += rowBlock)
            {
                var count = Math.Min(rowBlock, block.Rows - first);
                rows.Locate(block.FirstRow + first, count, starts, targets);
                for (var i = 0; i < TallestTile; i++)
                {
                    starts[count + i] = starts[count - 1];
                    targets[count + i] = targets[count - 1];
                }
                call.Accumulate = block.Accumulate;
                for (var segment = 0; segment < block.Segments; segment += together)
                {
                    call.Offsets = block.Offsets + segment;
                    call.Segments = Math.Min(together, block.Segments - segment);
                    // An empty depth still writes its zeros.
                    for (var start = 0; start == 0 || start < block.SegmentLength; start += cut)
                    {
                        call.Skip = start * block.Step;
                        call.SegmentLength = Math.Min(cut, block.SegmentLength - start);
                        var depth = (segment * block.SegmentLength) + start;
                        var last = segment + together >= block.Segments && start + cut >= block.SegmentLength;
                        for (var column = firstColumn; column < endColumn; column += PanelWidth)
                        {
                            call.Column = block.FirstColumn + column;
                            call.Width = Math.Min(PanelWidth, endColumn - column);
                            var stride = call.Width > TSimd.Count ? PanelWidth : TSimd.Count;
                            call.B = source.Find(stride, depth, block.FirstColumn + column, call.Width);
                            T* following = null;
                            if (call.B is null)
                            {
                                source.Pack<TSimd, TVector>(packed, stride, depth, call.Segments * (int)call.SegmentLength, block.FirstColumn + column, call.Width);
                                call.B = packed;
                            }
                            else
                            {
                                // Behind the last panel lies what the next product begins with, or nothing, which does no harm.
                                following = source.Find(PanelWidth, depth, block.FirstColumn + column + PanelWidth, PanelWidth);
                            }
                            MultiplyRows(&call, starts, targets, count, block.Ahead.IsEmpty, column == firstColumn, following, epilogue, last && !epilogue.IsNone);
                        }
                        call.Accumulate = true;
                    }
                }
            }
        }
    }

    /// <summary>As many rows as the second-level cache holds of A, and of C where C is passed over more than once.</summary>
    private static int RowBlock(int depth, int columnsKept)
    {
        var fitting = CacheBytes / (sizeof(T) * (Math.Max(1, depth) + columnsKept));
        return Math.Clamp(fitting / TallestTile * TallestTile, MinRowBlock, MaxRowBlock);
    }

    /// <param name="following">What follows the rows of A in memory is asked for, not what the block says.</param>
    /// <param name="fresh">Rows of A are met for the first time at this depth.</param>
    /// <param name="nextPanel">The panel that is read after this one, asked for when the rows are not fresh; null where it has to be packed first.</param>
    private static void MultiplyRows<TEpilogue>(TileCall<T>* call, T** starts, T** targets, int count, bool following, bool fresh, T* nextPanel, TEpilogue epilogue, bool finish)
        where TEpilogue : struct, IProductEpilogue<T>
    {
        var narrow = call->Width <= TSimd.Count;
        var tallest = narrow ? NarrowTileRows : TileRows;
        // Rows that lie along the depth: the tile after the next. Rows across it: as much of the next depth as this tile's share is.
        var depthAhead = (call->Segments * call->SegmentLength * call->Step) + call->Offsets[0] + call->Skip;
        var panelAhead = following && !fresh && nextPanel != null;
        if (following)
        {
            call->Ahead = (byte*)(panelAhead ? nextPanel : call->B);
            call->AheadStep = panelAhead ? PanelWidth * sizeof(T) / ((count + tallest - 1) / tallest) : 0;
        }
        for (var row = 0; row < count; row += tallest)
        {
            call->Rows = starts + row;
            call->Targets = targets + row;
            call->Height = Math.Min(tallest, count - row);
            if (following && fresh)
            {
                call->AheadStep = Line;
                call->Ahead = call->Step == 1
                    ? (byte*)(starts[Math.Min(row + (2 * tallest), count - 1)] + call->Offsets[0] + call->Skip)
                    : (byte*)(starts[0] + depthAhead) + (row / tallest * call->Segments * call->SegmentLength * Line);
            }
            if (narrow)
                MultiplyNarrow(call);
            else if (TSimd.Registers >= 32)
                MultiplyWide(call);
            else
                MultiplyWideInSixteen(call);
            if (!following || panelAhead)
                call->Ahead += call->Segments * call->SegmentLength * call->AheadStep;
            if (!finish)
                continue;
            for (var i = 0; i < call->Height; i++)
                epilogue.Apply<TSimd, TVector>(call->Targets[i] + call->Column, (int)call->Column, call->Width);
        }
    }

    private static void MultiplyWide(TileCall<T>* call)
    {
        if (call->Height > 8)
            WideTile<TSimd, TVector, T, Extent12>.Run(call);
        else if (call->Height > 4)
            WideTile<TSimd, TVector, T, Extent8>.Run(call);
        else
            WideTile<TSimd, TVector, T, Extent4>.Run(call);
    }

    private static void MultiplyWideInSixteen(TileCall<T>* call)
    {
        if (call->Height > 4)
            WideTile<TSimd, TVector, T, Extent6>.Run(call);
        else
            WideTile<TSimd, TVector, T, Extent4>.Run(call);
    }

    private static void MultiplyNarrow(TileCall<T>* call)
    {
        if (call->Height > 12)
            NarrowTile<TSimd, TVector, T, Extent24>.Run(call);
        else if (call->Height > 8)
            NarrowTile<TSimd, TVector, T, Extent12>.Run(call);
        else if (call->Height > 4)
            NarrowTile<TSimd, TVector, T, Extent8>.Run(call);
        else
            NarrowTile<TSimd, TVector, T, Extent4>.Run(call);
    }
}
