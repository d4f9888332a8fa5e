using System.Runtime.CompilerServices;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Slabs of narrow convolutions whose kernels are three wide: when it is they that are narrow, not the picture's channels, inputs
/// are loaded once for three taps.
/// </summary>
internal static unsafe class TripleTaps<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>Rows of the packed weights, taps times channels: 32 KB at a vector of 64 bytes.</summary>
    private const int DeepestWeights = 512;

    /// <summary>Outputs whose inputs and gradients stay in the first-level cache over all rows and channels of the kernel.</summary>
    private const int CachedPoints = 256;

    private const int Alignment = 64;

    private static int Outputs => TSimd.Registers >= 32 ? 16 : 8;

    /// <summary>Whether a walk is one: the sizes of what a group reads and writes decide, not the threads.</summary>
    /// <param name="depth">Channels that a group reads.</param>
    /// <param name="columns">Channels that a group writes.</param>
    public static bool Fit(PictureWalk walk, int depth, int columns)
        => TSimd.Count > 1 && columns <= TSimd.Count && walk.Columns is { Count: 3, Stride: 1, IsDense: true, Grid: >= 4 } && walk.Rows.Count * 3 * depth <= DeepestWeights;

    /// <summary>The outputs of a slab.</summary>
    /// <param name="start">What the slab's first output reads of the group's first channel.</param>
    /// <param name="depth">Channels that the group reads.</param>
    /// <param name="column">The group's first filter, counted over all groups.</param>
    /// <param name="target">Where the slab's first output goes, first filter of all.</param>
    [SkipLocalsInit]
    public static void Multiply<TSource, TEpilogue>(PictureWalk walk, PictureWalk.Slab slab, T* start, int depth, TSource source, int column, int columns, T* target, GridPlace place, bool accumulate, MemoryAhead next, TEpilogue epilogue)
        where TSource : struct, IPanelSource<T>
        where TEpilogue : struct, IProductEpilogue<T>
    {
        var rows = walk.Rows.Count;
        var memory = stackalloc byte[(rows * 3 * depth * TSimd.Count * sizeof(T)) + Alignment];
        var weights = (T*)(((nint)memory + Alignment - 1) & -Alignment);
        source.Pack<TSimd, TVector>(weights, TSimd.Count, 0, rows * 3 * depth, column, columns);
        var offsets = stackalloc nint[rows];
        for (var row = 0; row < rows; row++)
            offsets[row] = walk.TapOffset(row, 0);
        var runs = (walk.Columns.Grid + Outputs - 1) / Outputs;
        var ahead = next.Start;
        var aheadStep = next.Step((long)slab.Images * slab.Rows * runs * rows * depth);
        for (var line = 0; line < slab.Images * slab.Rows; line++)
        {
            var (image, row) = Math.DivRem(line, slab.Rows);
            var read = start + (image * walk.ImageStep(slab)) + (row * walk.RowStep);
            var written = target + (image * place.ImageStep) + (row * place.RowStep) + column;
            var count = 0;
            for (var x = 0; x < walk.Columns.Grid; x += count)
            {
                count = Math.Min(Outputs, walk.Columns.Grid - x);
                var from = read + (x * walk.ColumnStep);
                var to = written + (x * place.ColumnStep);
                if (count > 8)
                    TripleTapTile<TSimd, TVector, T, Extent16>.Run(from, offsets, rows, depth, walk.ColumnStep, weights, to, place.ColumnStep, count, columns, accumulate, ahead, aheadStep);
                else if (count > 4)
                    TripleTapTile<TSimd, TVector, T, Extent8>.Run(from, offsets, rows, depth, walk.ColumnStep, weights, to, place.ColumnStep, count, columns, accumulate, ahead, aheadStep);
                else
                    TripleTapTile<TSimd, TVector, T, Extent4>.Run(from, offsets, rows, depth, walk.ColumnStep, weights, to, place.ColumnStep, count, columns, accumulate, ahead, aheadStep);
                ahead += rows * depth * aheadStep;
                if (epilogue.IsNone)
                    continue;
                for (var i = 0; i < count; i++)
                    epilogue.Apply<TSimd, TVector>(to + (i * place.ColumnStep), column, columns);
            }
        }
    }

    /// <summary>The gradient of a group's weights over a slab.</summary>
    /// <param name="start">What the slab's first output reads of the group's first channel.</param>
    /// <param name="lines">Elements to each row of outputs in what is read.</param>
    /// <param name="gradient">The gradient of the slab's first output, for the group's first filter.</param>
    /// <param name="gradientStep">Filters of all groups.</param>
    /// <param name="target">The gradient of the group's weights, [taps, depth, gradientStep].</param>
    public static void Gradient(PictureWalk walk, T* start, nint* lines, int count, int depth, T* gradient, int gradientStep, int columns, T* target, bool accumulate, MemoryAhead next)
    {
        var atOnce = TSimd.Registers >= 32 ? 8 : 4;
        var tapStep = (nint)depth * gradientStep;
        var length = walk.Columns.Grid;
        var linesAtOnce = Math.Max(1, CachedPoints / length);
        // Every row and channel passes over the lines once.
        var passes = walk.Rows.Count * ((depth + atOnce - 1) / atOnce);
        var ahead = next.Start;
        var aheadStep = next.Step((long)count * (length + 2) * passes);
        for (var line = 0; line < count; line += linesAtOnce)
        {
            var lineCount = Math.Min(linesAtOnce, count - line);
            var from = gradient + ((nint)line * length * gradientStep);
            var gradientNext = new MemoryAhead((byte*)(from + ((nint)lineCount * length * gradientStep)), (nint)lineCount * length * gradientStep * sizeof(T));
            var gradientAhead = gradientNext.Start;
            var gradientAheadStep = gradientNext.Step((long)lineCount * (length + 2) * passes);
            for (var row = 0; row < walk.Rows.Count; row++)
            {
                for (var channel = 0; channel < depth; channel += atOnce)
                {
                    var channels = Math.Min(atOnce, depth - channel);
                    var read = start + walk.TapOffset(row, 0) + channel;
                    var to = target + (row * 3 * tapStep) + (channel * (nint)gradientStep);
                    if (channels > 4)
                        TripleTapGradient<TSimd, TVector, T, Extent8>.Run(read, lines + line, lineCount, length, walk.ColumnStep, from, gradientStep, channels, columns, to, gradientStep, tapStep, accumulate || line > 0, ahead, gradientAhead, aheadStep, gradientAheadStep);
                    else
                        TripleTapGradient<TSimd, TVector, T, Extent4>.Run(read, lines + line, lineCount, length, walk.ColumnStep, from, gradientStep, channels, columns, to, gradientStep, tapStep, accumulate || line > 0, ahead, gradientAhead, aheadStep, gradientAheadStep);
                    ahead += lineCount * (length + 2) * aheadStep;
                    gradientAhead += lineCount * (length + 2) * gradientAheadStep;
                }
            }
        }
    }
}
