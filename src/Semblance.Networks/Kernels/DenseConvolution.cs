using Semblance.Numerics;
using Semblance.Numerics.Products;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// The convolution of pictures with any kernel, stride, border, dilation and groups, and its gradients, as products of matrices
/// whose left factor is never written down: rows of pixels are read where they lie, or from a copy of a slab of the picture with
/// its border (Dukhan, "The indirect convolution algorithm", 2019). Weights are [kh, kw, channels / groups, output channels].
/// </summary>
/// <remarks>Results depend on the shape and the vector width, not on the threads.</remarks>
internal sealed unsafe class DenseConvolution
{
    // A weight gradient is summed over parts of the batch; together their sums take at most this many elements.
    private const int LargestPartialSums = 512 << 10;
    private const int MostParts = 8;

    private readonly ConvolutionShape _shape;
    private readonly PictureWalk _forward;
    private readonly (PictureWalk Walk, GridPlace Place)[] _backward;

    public DenseConvolution(in ConvolutionShape shape)
    {
        _shape = shape;
        var rows = TapAxis.Forward(shape.Height, shape.OutputHeight, shape.KernelHeight, shape.StrideY, shape.DilationY, shape.PadTop);
        var columns = TapAxis.Forward(shape.Width, shape.OutputWidth, shape.KernelWidth, shape.StrideX, shape.DilationX, shape.PadLeft);
        _forward = new PictureWalk(shape.Batch, shape.Channels, rows, columns);
        var backward = new List<(PictureWalk, GridPlace)>();
        for (var y = 0; y < Math.Min(shape.StrideY, shape.Height); y++)
        {
            for (var x = 0; x < Math.Min(shape.StrideX, shape.Width); x++)
            {
                var walk = new PictureWalk(
                    shape.Batch,
                    shape.OutputChannels,
                    TapAxis.Backward(shape.OutputHeight, shape.Height, shape.KernelHeight, shape.StrideY, shape.DilationY, shape.PadTop, y),
                    TapAxis.Backward(shape.OutputWidth, shape.Width, shape.KernelWidth, shape.StrideX, shape.DilationX, shape.PadLeft, x));
                var rowLength = (nint)shape.Width * shape.Channels;
                backward.Add((walk, new GridPlace((y * rowLength) + (x * shape.Channels), shape.Height * rowLength, shape.StrideY * rowLength, (nint)shape.StrideX * shape.Channels)));
            }
        }
        _backward = [.. backward];
    }

    /// <summary>Elements of scratch memory for <see cref="Forward"/>.</summary>
    public nint ForwardScratch(int threads) => _shape.IsPointwise ? 0 : threads * _forward.SlabMemory;

    public nint InputGradientScratch(int threads)
        => _shape.IsPointwise ? MatrixMultiply<float>.ScratchLength(PointwiseInput<float>(null, null, null, false)) : threads * _backward.Max(phase => phase.Walk.SlabMemory);

    public nint WeightGradientScratch(int threads)
        => _shape.IsPointwise
            ? MatrixMultiply<float>.ScratchLength(PointwiseWeights<float>(null, null, null, false))
            : (threads * _forward.SlabMemory) + ((WeightParts - 1) * _shape.WeightLength);

    /// <summary>Elements of packed weights; 0 where groups keep them apart.</summary>
    public nint PackedLength(int vector) => _shape.Groups > 1 ? 0 : PackedPanels<float>.Length(_shape.Depth, _shape.OutputChannels, vector);

    private int WeightParts => (int)Math.Clamp(LargestPartialSums / Math.Max(1, _shape.WeightLength), 1, Math.Clamp(_forward.Slabs, 1, MostParts));

    /// <summary>Packs weights as <see cref="Forward"/> reads them fastest.</summary>
    /// <param name="packed">Written: <see cref="PackedLength"/> elements.</param>
    public void Pack<T>(T* w, SimdWidth<T> simd, WorkerTeam team, T* packed)
        where T : unmanaged
    {
        var parts = team.Threads == 1 ? 1 : Math.Min(_shape.Depth, 4 * team.Threads);
        team.Run(parts, part => simd.Run(new PackAction<T>(w, _shape, (int)((long)_shape.Depth * part / parts), (int)((long)_shape.Depth * (part + 1) / parts), packed)));
    }

    /// <summary>y = epilogue(x ∗ w).</summary>
    /// <param name="x">[batch, height, width, channels].</param>
    /// <param name="w">[kernel height, kernel width, channels / groups, output channels].</param>
    /// <param name="y">[batch, output height, output width, output channels]; overwritten.</param>
    /// <param name="scratch"><see cref="ForwardScratch"/> elements.</param>
    /// <param name="packed">What <see cref="Pack"/> made of the weights, or null.</param>
    public void Forward<T, TEpilogue>(T* x, T* w, T* y, TEpilogue epilogue, SimdWidth<T> simd, WorkerTeam team, T* scratch, T* packed = null)
        where T : unmanaged
        where TEpilogue : struct, IProductEpilogue<T>
    {
        var shape = _shape;
        if (shape.IsPointwise)
        {
            var terms = new MatrixTerms<T>
            {
                Rows = checked(shape.Batch * shape.Height * shape.Width),
                Columns = shape.OutputChannels,
                Depth = shape.Channels,
                A = x,
                ARow = shape.Channels,
                AColumn = 1,
                B = w,
                BRow = shape.OutputChannels,
                BColumn = 1,
                C = y,
                CRow = shape.OutputChannels,
                Packed = packed,
            };
            MatrixMultiply<T>.Run(terms, epilogue, simd, team, null);
            return;
        }
        var rowLength = (nint)shape.OutputWidth * shape.OutputChannels;
        var place = new GridPlace(0, shape.OutputHeight * rowLength, rowLength, shape.OutputChannels);
        var weights = new WalkWeights(shape.Groups, shape.GroupChannels, shape.GroupOutputChannels, shape.OutputChannels, 1, 0, shape.OutputChannels, null);
        WalkProduct<T>.Run(_forward, x, w, weights, y, place, accumulate: false, epilogue, simd, team, scratch, packed);
    }

    /// <summary>dx = the gradient of the input, or added to it.</summary>
    /// <param name="scratch"><see cref="InputGradientScratch"/> elements.</param>
    public void InputGradient<T>(T* dy, T* w, T* dx, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged
    {
        var shape = _shape;
        if (shape.IsPointwise)
        {
            MatrixMultiply<T>.Run(PointwiseInput(dy, w, dx, accumulate), simd, team, scratch);
            return;
        }
        var tapLength = (nint)shape.GroupChannels * shape.OutputChannels;
        foreach (var (walk, place) in _backward)
        {
            // Which weights the taps of this phase take: tap by tap in the walk's order.
            var taps = new nint[walk.Rows.Count * walk.Columns.Count];
            for (var row = 0; row < walk.Rows.Count; row++)
            {
                for (var column = 0; column < walk.Columns.Count; column++)
                    taps[(row * walk.Columns.Count) + column] = ((walk.Rows.Taps[row] * shape.KernelWidth) + walk.Columns.Taps[column]) * tapLength;
            }
            // A group's columns are counted from the first of all, hence a step back in its weights for each that comes before.
            var groupStep = shape.GroupOutputChannels - (shape.GroupChannels * (nint)shape.OutputChannels);
            var weights = new WalkWeights(shape.Groups, shape.GroupOutputChannels, shape.GroupChannels, 1, shape.OutputChannels, groupStep, shape.Channels, taps);
            WalkProduct<T>.Run(walk, dy, w, weights, dx, place, accumulate, default(NoEpilogue<T>), simd, team, scratch);
        }
    }

    /// <summary>dw = the gradient of the weights, or added to it.</summary>
    /// <param name="scratch"><see cref="WeightGradientScratch"/> elements.</param>
    public void WeightGradient<T>(T* x, T* dy, T* dw, bool accumulate, SimdWidth<T> simd, WorkerTeam team, T* scratch)
        where T : unmanaged
    {
        if (_shape.IsPointwise)
            MatrixMultiply<T>.Run(PointwiseWeights(x, dy, dw, accumulate), simd, team, scratch);
        else
            WeightGradientProduct<T>.Run(_forward, _shape, WeightParts, x, dy, dw, accumulate, simd, team, scratch);
    }

    private MatrixTerms<T> PointwiseInput<T>(T* dy, T* w, T* dx, bool accumulate)
        where T : unmanaged
        => new()
        {
            Rows = checked(_shape.Batch * _shape.Height * _shape.Width),
            Columns = _shape.Channels,
            Depth = _shape.OutputChannels,
            A = dy,
            ARow = _shape.OutputChannels,
            AColumn = 1,
            B = w,
            BRow = 1,
            BColumn = _shape.OutputChannels,
            C = dx,
            CRow = _shape.Channels,
            Accumulate = accumulate,
        };

    private MatrixTerms<T> PointwiseWeights<T>(T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged
        => new()
        {
            Rows = _shape.Channels,
            Columns = _shape.OutputChannels,
            Depth = checked(_shape.Batch * _shape.Height * _shape.Width),
            A = x,
            ARow = 1,
            AColumn = _shape.Channels,
            B = dy,
            BRow = _shape.OutputChannels,
            BColumn = 1,
            C = dw,
            CRow = _shape.OutputChannels,
            Accumulate = accumulate,
        };

    private readonly struct PackAction<T>(T* w, ConvolutionShape shape, int from, int end, T* packed) : ISimdAction<T>
        where T : unmanaged
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => PackedPanels<T>.Write<TSimd, TVector, StridedPanels<T>>(new StridedPanels<T>(w + ((nint)from * shape.OutputChannels), shape.OutputChannels, 1), from, end - from, shape.OutputChannels, packed, shape.Depth);
    }
}
