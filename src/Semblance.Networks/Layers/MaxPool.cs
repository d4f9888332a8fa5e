using Semblance.Networks.Kernels;

namespace Semblance.Networks;

/// <summary>
/// The largest value of each window; the first of equal ones gets the gradient. In training, the position of the maximum within its
/// window is kept in a byte, so that the input need not be.
/// </summary>
public sealed unsafe class MaxPool(int kernel) : WindowPool(kernel)
{
    private const int MostParts = 16;

    public override bool KeepsInput(int index) => false;

    public override LayerMemory Memory(in LayerShapes shapes)
    {
        if (!shapes.Training)
            return default;
        var (x, y) = (shapes.Inputs[0], shapes.Outputs[0]);
        if (KernelHeight * KernelWidth > 256)
            throw new NotSupportedException($"Layer '{Name}' trains with windows of at most 256 pixels; its are {KernelHeight} × {KernelWidth}.");
        var elementSize = shapes.Double ? sizeof(double) : sizeof(float);
        var row = (nint)y[2] * y[3];
        return new LayerMemory((y.Length + elementSize - 1) / elementSize, Parts(y) * row, Parts(x) * Geometry(x, y).MostRowsOver * row);
    }

    public override void Forward<T>(LayerCall<T> call)
    {
        var (x, y) = (call.Input(), call.Output());
        var geometry = Geometry(x.Shape, y.Shape);
        var (channels, rows, parts) = (x.Shape.Channels, y.Shape[0] * y.Shape[1], Parts(y.Shape));
        var positions = call.Training ? (byte*)call.Saved : null;
        call.Team.Run(parts, part =>
        {
            var wide = positions == null ? null : call.Scratch + (nint)part * geometry.OutputWidth * channels;
            for (var row = (int)((long)rows * part / parts); row < (int)((long)rows * (part + 1) / parts); row++)
            {
                var picture = x.Data + (nint)(row / geometry.OutputHeight) * geometry.Height * geometry.Width * channels;
                var at = (nint)row * geometry.OutputWidth * channels;
                MaxPoolKernels.Forward(call, geometry, row % geometry.OutputHeight, channels, picture, y.Data + at, wide);
                if (wide != null)
                    MaxPoolKernels.Narrow(wide, positions + at, geometry.OutputWidth * channels);
            }
        });
    }

    public override void Backward<T>(LayerCall<T> call)
    {
        var (dx, dy) = (call.InputGradient(), call.OutputGradient());
        var geometry = Geometry(dx.Shape, dy.Shape);
        var (channels, rows, parts, slots) = (dx.Shape.Channels, dx.Shape[0] * dx.Shape[1], Parts(dx.Shape), geometry.MostRowsOver);
        var outputRow = (nint)geometry.OutputWidth * channels;
        var positions = (byte*)call.Saved;
        var accumulates = call.Accumulates();
        call.Team.Run(parts, part =>
        {
            // Output row r's positions, widened, lie in slot r mod slots.
            var wide = call.Scratch + part * slots * outputRow;
            var widened = -1L;
            for (var row = (int)((long)rows * part / parts); row < (int)((long)rows * (part + 1) / parts); row++)
            {
                var picture = row / geometry.Height;
                var (first, end) = geometry.RowsOver(row % geometry.Height);
                for (var over = first; over < end; over++)
                {
                    var global = ((long)picture * geometry.OutputHeight) + over;
                    if (global <= widened)
                        continue;
                    MaxPoolKernels.Widen(positions + (nint)global * outputRow, wide + over % slots * outputRow, (int)outputRow);
                    widened = global;
                }
                var gradient = dy.Data + picture * geometry.OutputHeight * outputRow;
                MaxPoolKernels.Backward(call, geometry, row % geometry.Height, channels, wide, gradient, dx.Data + (nint)row * geometry.Width * channels, accumulates);
            }
        });
    }

    public override void Export(OnnxExport export) => export.Output(export.Node("MaxPool", [export.Input()], Attributes(export)));

    private static int Parts(Shape shape) => Math.Min(shape[0] * shape[1], MostParts);
}
