using System.Numerics;
using Semblance.Numerics;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Memory;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// Convolution with 3×3 kernels at stride 1 by minimal filtering: tiles are transformed, each of the 36 (or 16) frequencies is a
/// product of matrices over tiles and channels, and the results are transformed back: a quarter (or 4/9) of the multiplications.
/// </summary>
/// <remarks>
/// In single precision the results differ from the plain sum by about 1e-6 of the largest, some times more than a plain sum does.
/// They depend on the shape and the vector width, not on the threads.
/// </remarks>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>Elements of a thread's transformed tiles that stay in a second-level cache of 1 MB.</summary>
    private const int CachedElements = 160 << 10;

    /// <summary>Fewer tiles than this make a product that is busy with fetching weights.</summary>
    private const int FewestTiles = 24;

    /// <summary>Rows of the product's tile in registers.</summary>
    private const int TileRows = 12;

    /// <summary>Elements between planes that else would all lie a power of two apart and fall into the same places of a cache.</summary>
    private const int Skew = 48;

    private const int MostLanes = 16;

    // What the parts of a pass take, in multiply-adds of a plain product: a transformed pixel, a transformed weight that stays in a
    // cache and one that does not. Products over few channels are a little slower.
    private const double TileElementCost = 30;
    private const double WeightCost = 16;
    private const double FarWeightCost = 48;
    private const double SlowerProduct = 1.15;
    private const double NeededGain = 0.9;

    /// <summary>Transformed weights that a third-level cache holds beside the rest.</summary>
    private const double LargestCachedWeights = 3 << 20;

    // Reading a packed weight from a cache and from memory: a product over fewer rows waits for its weights.
    private const double PackedWeightCost = 16;
    private const double FarPackedWeightCost = 33;

    // The same for the plain product of a kernel over few points, where its weights fill the second-level cache many times over.
    private const double FarPlainWeightCost = 70;
    private const double LargestPlainWeights = 2 << 20;

    /// <summary>Large tiles take more than twice the memory for weights that small ones take, so they have to be worth it.</summary>
    private const double LargeTileGain = 0.95;

    /// <summary>Input channels whose weights are transformed at a time when they are packed.</summary>
    private const int PackedChannels = 16;

    private readonly ConvolutionShape _shape;

    public WinogradConvolution(in ConvolutionShape shape, bool small)
    {
        _shape = shape;
        IsSmall = small;
    }

    /// <summary>Whether tiles are 2×2 and not 4×4.</summary>
    public bool IsSmall { get; }

    private int Tile => IsSmall ? WinogradTwo.Tile : WinogradFour.Tile;

    private int Side => IsSmall ? WinogradTwo.Side : WinogradFour.Side;

    /// <summary>Time of a pass in multiply-adds of a plain product.</summary>
    private double Cost(bool fixedWeights)
    {
        double frequencies = Side * Side;
        var tiles = Tiles * frequencies;
        var weights = frequencies * WeightCount;
        var transforms = TileElementCost * tiles * ((nint)_shape.Channels + _shape.OutputChannels);
        return fixedWeights
            ? transforms + (weights * Math.Max(SlowerProduct * Tiles, weights > LargestCachedWeights ? FarPackedWeightCost : PackedWeightCost))
            : transforms + (SlowerProduct * tiles * WeightCount) + (weights * (weights > LargestCachedWeights ? FarWeightCost : WeightCost));
    }

    private nint WeightCount => (nint)_shape.Channels * _shape.OutputChannels;

    private nint WeightPlanes => Side * Side * (Rounded(WeightCount) + Skew);

    private int Tiles => _shape.Batch * TilesIn(_shape.OutputHeight) * TilesIn(_shape.OutputWidth);

    private int InputTiles => _shape.Batch * TilesIn(_shape.Height) * TilesIn(_shape.Width);

    /// <summary>Whether it is a convolution of this kind.</summary>
    public static bool Fits(in ConvolutionShape shape)
        => shape is { KernelHeight: 3, KernelWidth: 3, StrideY: 1, StrideX: 1, DilationY: 1, DilationX: 1, Groups: 1, PadTop: <= 2, PadLeft: <= 2, PadBottom: <= 2, PadRight: <= 2 };

    /// <summary>The tiles with which a convolution takes least time, or null where the plain product is as fast.</summary>
    /// <param name="fixedWeights">Whether weights are packed once for many passes.</param>
    public static WinogradConvolution? Choose(in ConvolutionShape shape, bool fixedWeights)
    {
        if (!Fits(shape))
            return null;
        var (four, two) = (new WinogradConvolution(shape, small: false), new WinogradConvolution(shape, small: true));
        var (fourCost, twoCost) = (four.Cost(fixedWeights), two.Cost(fixedWeights));
        var plainWeights = 9.0 * shape.Channels * shape.OutputChannels;
        var fewest = !fixedWeights ? 0 : plainWeights > LargestPlainWeights ? FarPlainWeightCost : PackedWeightCost;
        var plain = plainWeights * Math.Max((double)shape.Batch * shape.OutputHeight * shape.OutputWidth, fewest);
        return Math.Min(fourCost, twoCost) < NeededGain * plain ? fourCost <= (fixedWeights ? LargeTileGain : 1) * twoCost ? four : two : null;
    }

    /// <summary>Elements of scratch memory for <see cref="Forward"/>.</summary>
    /// <param name="packed">Whether the weights are packed beforehand.</param>
    public nint ForwardScratch(int threads, bool packed = false) => Work(Tiles, threads).Length - (packed ? WeightPlanes : 0);

    /// <summary>Elements of packed weights.</summary>
    public nint PackedLength(int vector) => Side * Side * PackedPlane(vector);

    /// <summary>Elements of scratch memory for <see cref="InputGradient"/>.</summary>
    public nint InputGradientScratch(int threads) => Work(InputTiles, threads).Length;

    /// <summary>Elements of scratch memory for <see cref="WeightGradient"/>.</summary>
    public nint WeightGradientScratch => Zeros + WeightPlanes + (Side * Side * (InputPlane(GradientTiles) + OutputPlane(GradientTiles)));

    /// <summary>Tiles that a weight gradient takes at a time; as it sums over them, this must not depend on the threads.</summary>
    private int GradientTiles => Math.Min(Tiles, Math.Max(8 * FewestTiles, (int)(2 * CachedElements / (Side * Side * ((nint)_shape.Channels + _shape.OutputChannels)))));

    private int Zeros => (int)Rounded(Math.Max(_shape.Channels, _shape.OutputChannels));

    /// <summary>Transforms weights and packs each frequency as its product reads it.</summary>
    /// <param name="packed">Written: <see cref="PackedLength"/> elements.</param>
    public void Pack<T>(T* w, SimdWidth<T> simd, WorkerTeam team, T* packed)
        where T : unmanaged
    {
        var parts = (_shape.Channels + PackedChannels - 1) / PackedChannels;
        var memoryLength = Side * Side * (nint)PackedChannels * _shape.OutputChannels;
        var threads = Math.Min(team.Threads, parts);
        var memory = new HugeMemory(threads * memoryLength * sizeof(T));
        var next = -1;
        team.Run(threads, thread =>
        {
            var planes = (T*)memory.Start + (thread * memoryLength);
            for (var part = Interlocked.Increment(ref next); part < parts; part = Interlocked.Increment(ref next))
            {
                var first = part * PackedChannels;
                simd.Run(new PackWeights<T>(this, w, first, Math.Min(PackedChannels, _shape.Channels - first), planes, packed, PackedPlane(simd.Count)));
            }
        });
        memory.Release();
    }

    /// <summary>y = f(x ∗ w + bias + shortcut).</summary>
    /// <param name="bias">One an output channel, or null.</param>
    /// <param name="shortcut">Of the output's shape, or null.</param>
    /// <param name="packed">What <see cref="Pack"/> made of the weights, which are not read then; or null.</param>
    public void Forward<T, TActivation>(T* x, T* w, T* bias, TActivation function, T* y, SimdWidth<T> simd, WorkerTeam team, T* scratch, T* shortcut = null, T* packed = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        var (rows, columns) = (TilesIn(_shape.OutputHeight), TilesIn(_shape.OutputWidth));
        var read = new WinogradGrid(_shape.Height, _shape.Width, _shape.Channels, rows, columns, Tile, -_shape.PadTop, -_shape.PadLeft);
        var written = new WinogradGrid(_shape.OutputHeight, _shape.OutputWidth, _shape.OutputChannels, rows, columns, Tile, 0, 0);
        Run(read, written, Tiles, x, w, packed, turned: false, bias, shortcut, function, y, simd, team, scratch);
    }

    /// <summary>dx = the gradient of the input, or added to it: a convolution with the turned kernel, channels and filters exchanged.</summary>
    public void InputGradient<T>(T* dy, T* w, T* dx, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (TilesIn(_shape.Height), TilesIn(_shape.Width));
        var read = new WinogradGrid(_shape.OutputHeight, _shape.OutputWidth, _shape.OutputChannels, rows, columns, Tile, _shape.PadTop - 2, _shape.PadLeft - 2);
        var written = new WinogradGrid(_shape.Height, _shape.Width, _shape.Channels, rows, columns, Tile, 0, 0);
        // What is there already is one more term of the sum.
        Run(read, written, InputTiles, dy, w, null, turned: true, null, accumulate ? dx : null, default(IdentityFunction), dx, simd, team, scratch);
    }

    /// <summary>dw = the gradient of the weights, or added to it.</summary>
    public void WeightGradient<T>(T* x, T* dy, T* dw, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (TilesIn(_shape.OutputHeight), TilesIn(_shape.OutputWidth));
        var input = new WinogradGrid(_shape.Height, _shape.Width, _shape.Channels, rows, columns, Tile, -_shape.PadTop, -_shape.PadLeft);
        var gradient = new WinogradGrid(_shape.OutputHeight, _shape.OutputWidth, _shape.OutputChannels, rows, columns, Tile, 0, 0);
        var zeros = scratch;
        var sums = zeros + Zeros;
        var inputPlanes = sums + WeightPlanes;
        var gradientPlanes = inputPlanes + (Side * Side * InputPlane(GradientTiles));
        new Span<T>(zeros, Zeros).Clear();
        var small = IsSmall;
        var frequencies = Side * Side;
        var (inputPlane, gradientPlane, sumPlane) = (InputPlane(GradientTiles), OutputPlane(GradientTiles), Rounded(WeightCount) + Skew);
        for (var first = 0; first < Tiles; first += GradientTiles)
        {
            var count = Math.Min(GradientTiles, Tiles - first);
            var start = first;
            var parts = Math.Clamp(count / TileRows, 1, team.Threads == 1 ? 1 : 4 * team.Threads);
            team.Run(2 * parts, part =>
            {
                var (half, index) = Math.DivRem(part, parts);
                var (from, end) = (count * index / parts, count * (index + 1) / parts);
                var (grid, pictures, planes, plane, stride) = half == 0
                    ? (input, (nint)x, (nint)inputPlanes, inputPlane, Rounded(_shape.Channels))
                    : (gradient, (nint)dy, (nint)gradientPlanes, gradientPlane, Rounded(_shape.OutputChannels));
                simd.Run(new Spread<T>(small, half == 1, grid, (T*)pictures, zeros, start + from, end - from, (T*)planes + (from * stride), plane, stride));
            });
            team.Run(frequencies, frequency => simd.Run(new Product<T>(new MatrixTerms<T>
            {
                Rows = _shape.Channels,
                Columns = _shape.OutputChannels,
                Depth = count,
                A = inputPlanes + (frequency * inputPlane),
                ARow = 1,
                AColumn = Rounded(_shape.Channels),
                B = gradientPlanes + (frequency * gradientPlane),
                BRow = Rounded(_shape.OutputChannels),
                BColumn = 1,
                C = sums + (frequency * sumPlane),
                CRow = _shape.OutputChannels,
                Accumulate = start > 0,
            })));
        }
        ForWeights(simd, team, (from, end) => simd.Run(new GatherWeights<T>(small, sums, sumPlane, WeightCount, from, end, dw, accumulate)));
    }

    private static nint Rounded(nint length) => (length + MostLanes - 1) / MostLanes * MostLanes;

    private nint PackedPlane(int vector) => Rounded(PackedPanels<float>.Length(_shape.Channels, _shape.OutputChannels, vector));

    private int TilesIn(int size) => (size + Tile - 1) / Tile;

    private nint InputPlane(int tiles) => (tiles * Rounded(_shape.Channels)) + Skew;

    private nint OutputPlane(int tiles) => (tiles * Rounded(_shape.OutputChannels)) + Skew;

    /// <summary>How many tiles a thread takes at a time, how many such blocks there are, and the scratch memory for all.</summary>
    private (int BlockTiles, int Blocks, nint Length) Work(int tiles, int threads)
    {
        var channels = (nint)_shape.Channels + _shape.OutputChannels;
        var cached = CachedElements / (Side * Side * channels);
        // As many elements of tiles as of weights, which are read anew for every block.
        var balanced = WeightCount / channels;
        var most = (int)Math.Max(FewestTiles, Math.Max(cached, balanced));
        var blocks = (tiles + most - 1) / most;
        if (threads > 1)
            blocks = Math.Max(1, Math.Min((tiles + TileRows - 1) / TileRows, (blocks + threads - 1) / threads * threads));
        var block = (tiles + blocks - 1) / blocks;
        block = (block + TileRows - 1) / TileRows * TileRows;
        blocks = (tiles + block - 1) / block;
        return (block, blocks, Zeros + WeightPlanes + (Math.Min(threads, blocks) * BlockLength(block)));
    }

    private nint BlockLength(int tiles) => Side * Side * (InputPlane(tiles) + OutputPlane(tiles));

    private void Run<T, TActivation>(WinogradGrid read, WinogradGrid written, int tiles, T* x, T* w, T* packed, bool turned, T* bias, T* shortcut, TActivation function, T* y, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TActivation : struct, IActivation
    {
        var zeros = scratch;
        var weights = packed == null ? zeros + Zeros : packed;
        var blocksMemory = zeros + Zeros + (packed == null ? WeightPlanes : 0);
        new Span<T>(zeros, Zeros).Clear();
        var small = IsSmall;
        var isPacked = packed != null;
        var weightPlane = isPacked ? PackedPlane(simd.Count) : Rounded(WeightCount) + Skew;
        if (!isPacked)
            ForWeights(simd, team, (from, end) => simd.Run(new SpreadWeights<T>(small, w, WeightCount, turned, from, end, weights, weightPlane)));
        var (block, blocks, _) = Work(tiles, team.Threads);
        var threads = Math.Min(team.Threads, blocks);
        var next = -1;
        team.Run(threads, thread =>
        {
            var memory = blocksMemory + (thread * BlockLength(block));
            for (var index = Interlocked.Increment(ref next); index < blocks; index = Interlocked.Increment(ref next))
            {
                var first = index * block;
                simd.Run(new Block<T, TActivation>(this, read, written, first, Math.Min(block, tiles - first), block, x, weights, weightPlane, isPacked, turned, zeros, bias, shortcut, function, y, memory));
            }
        });
    }

    private void ForWeights<T>(SimdWidth<T> simd, WorkerTeam team, Action<nint, nint> range)
        where T : unmanaged
    {
        // Whole vectors, so that only the last share has a remainder.
        var vectors = (WeightCount + simd.Count - 1) / simd.Count;
        var parts = (int)Math.Clamp(vectors / 64, 1, team.Threads == 1 ? 1 : 4 * team.Threads);
        team.Run(parts, part => range(vectors * part / parts * simd.Count, Math.Min(WeightCount, vectors * (part + 1) / parts * simd.Count)));
    }

    /// <summary>Some tiles from the input to the output.</summary>
    private readonly struct Block<T, TActivation>(
        WinogradConvolution owner, WinogradGrid read, WinogradGrid written, int first, int count, int most, T* x, T* weights, nint weightPlane, bool packed, bool turned, T* zeros, T* bias, T* shortcut, TActivation function, T* y, T* memory)
        : ISimdAction<T>
        where T : unmanaged
        where TActivation : struct, IActivation
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (owner.IsSmall)
                Run<TSimd, TVector, WinogradTwo>();
            else
                Run<TSimd, TVector, WinogradFour>();
        }

        private void Run<TSimd, TVector, TTransform>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where TTransform : struct, IWinogradTransform
        {
            var (from, to) = (Rounded(read.Channels), Rounded(written.Channels));
            var (readPlane, writtenPlane) = ((most * from) + Skew, (most * to) + Skew);
            var sums = memory + (TTransform.Side * TTransform.Side * readPlane);
            WinogradPass<TSimd, TVector, T, TTransform>.Input(read, x, zeros, first, count, memory, readPlane, from);
            for (var frequency = 0; frequency < TTransform.Side * TTransform.Side; frequency++)
            {
                Multiply<TSimd, TVector, T>(new MatrixTerms<T>
                {
                    Rows = count,
                    Columns = written.Channels,
                    Depth = read.Channels,
                    A = memory + (frequency * readPlane),
                    ARow = from,
                    AColumn = 1,
                    Packed = packed ? weights + (frequency * weightPlane) : null,
                    B = weights + (frequency * weightPlane),
                    BRow = turned ? 1 : written.Channels,
                    BColumn = turned ? read.Channels : 1,
                    C = sums + (frequency * writtenPlane),
                    CRow = to,
                });
            }
            WinogradPass<TSimd, TVector, T, TTransform>.Output(written, sums, writtenPlane, to, first, count, bias, shortcut, function, y);
        }
    }

    /// <summary>One product on this thread.</summary>
    private static void Multiply<TSimd, TVector, T>(in MatrixTerms<T> terms)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
    {
        nint start = 0;
        var block = new ProductBlock<T>
        {
            Rows = terms.Rows,
            Columns = terms.Columns,
            Offsets = &start,
            Segments = 1,
            SegmentLength = terms.Depth,
            Step = terms.AColumn,
            Accumulate = terms.Accumulate,
        };
        var rows = new StridedRows<T>(terms.A, terms.ARow, terms.C, terms.CRow);
        if (terms.Packed == null)
            BlockedProduct<TSimd, TVector, T>.Run(block, rows, new StridedPanels<T>(terms.B, terms.BRow, terms.BColumn), default(NoEpilogue<T>));
        else
            BlockedProduct<TSimd, TVector, T>.Run(block, rows, new PackedPanels<T>(terms.Packed, terms.Depth), default(NoEpilogue<T>));
    }

    private readonly struct Product<T>(MatrixTerms<T> terms) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => Multiply<TSimd, TVector, T>(terms);
    }

    /// <summary>Tiles of the input or of the output's gradient into planes.</summary>
    private readonly struct Spread<T>(bool small, bool ofGradient, WinogradGrid grid, T* pictures, T* zeros, int first, int count, T* planes, nint plane, nint stride) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (small)
                Run<TSimd, TVector, WinogradTwo>();
            else
                Run<TSimd, TVector, WinogradFour>();
        }

        private void Run<TSimd, TVector, TTransform>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            where TTransform : struct, IWinogradTransform
        {
            if (ofGradient)
                WinogradPass<TSimd, TVector, T, TTransform>.OutputGradient(grid, pictures, zeros, first, count, planes, plane, stride);
            else
                WinogradPass<TSimd, TVector, T, TTransform>.Input(grid, pictures, zeros, first, count, planes, plane, stride);
        }
    }

    private readonly struct SpreadWeights<T>(bool small, T* weights, nint count, bool turned, nint from, nint end, T* planes, nint plane) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (small)
                WinogradPass<TSimd, TVector, T, WinogradTwo>.Weights(weights, count, turned, from, end, planes, plane);
            else
                WinogradPass<TSimd, TVector, T, WinogradFour>.Weights(weights, count, turned, from, end, planes, plane);
        }
    }

    /// <summary>The weights of some input channels, transformed beside each other and packed from there.</summary>
    private readonly struct PackWeights<T>(WinogradConvolution owner, T* weights, int first, int count, T* planes, T* packed, nint packedPlane) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var outputs = owner._shape.OutputChannels;
            var plane = (nint)PackedChannels * outputs;
            var (from, end) = ((nint)first * outputs, (nint)(first + count) * outputs);
            // Planes that begin with this part's weights.
            if (owner.IsSmall)
                WinogradPass<TSimd, TVector, T, WinogradTwo>.Weights(weights, owner.WeightCount, turned: false, from, end, planes - from, plane);
            else
                WinogradPass<TSimd, TVector, T, WinogradFour>.Weights(weights, owner.WeightCount, turned: false, from, end, planes - from, plane);
            for (var frequency = 0; frequency < owner.Side * owner.Side; frequency++)
                PackedPanels<T>.Write<TSimd, TVector, StridedPanels<T>>(new StridedPanels<T>(planes + (frequency * plane), outputs, 1), first, count, outputs, packed + (frequency * packedPlane), owner._shape.Channels);
        }
    }

    private readonly struct GatherWeights<T>(bool small, T* planes, nint plane, nint count, nint from, nint end, T* gradient, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            if (small)
                WinogradPass<TSimd, TVector, T, WinogradTwo>.WeightGradient(planes, plane, count, from, end, gradient, accumulate);
            else
                WinogradPass<TSimd, TVector, T, WinogradFour>.WeightGradient(planes, plane, count, from, end, gradient, accumulate);
        }
    }
}
