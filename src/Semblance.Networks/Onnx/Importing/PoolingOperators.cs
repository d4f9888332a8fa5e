using System.Globalization;

namespace Semblance.Networks.Onnx.Importing;

/// <summary>Operators that gather, spread or surround the pixels of pictures.</summary>
internal static class PoolingOperators
{
    public static void Maximum(GraphImport import, FileNode node)
    {
        var input = import.ChannelsLast(node);
        if (node.Outputs.Count > 1 && node.Outputs[1].Length > 0)
            throw node.Unsupported("the positions of the maxima as a second output");
        if (Window.Dilations(node) is not (1, 1))
            throw node.Unsupported("dilation");
        var window = Window.Of(node, input);
        import.AddLayer(node, new MaxPool(window.KernelHeight)
        {
            KernelWidth = window.KernelWidth,
            StrideHeight = window.StrideHeight,
            StrideWidth = window.StrideWidth,
            Padding = window.Padding,
            CeilMode = node.Integer("ceil_mode", 0) != 0,
        }, input);
    }

    public static void Average(GraphImport import, FileNode node)
    {
        var input = import.ChannelsLast(node);
        if (Window.Dilations(node) is not (1, 1))
            throw node.Unsupported("dilation");
        var window = Window.Of(node, input);
        import.AddLayer(node, new AveragePool(window.KernelHeight)
        {
            KernelWidth = window.KernelWidth,
            StrideHeight = window.StrideHeight,
            StrideWidth = window.StrideWidth,
            Padding = window.Padding,
            CeilMode = node.Integer("ceil_mode", 0) != 0,
            CountIncludePad = node.Integer("count_include_pad", 0) != 0,
        }, input);
    }

    public static void Global(GraphImport import, FileNode node, Layer layer)
    {
        var input = import.ChannelsLast(node);
        if (input.Rank != 4)
            throw node.Unsupported($"an input of {input.Rank} axes");
        // The engine's result has no height and width any more; the file's has them with size 1.
        SetGlobal(import, node, layer, input);
    }

    public static void SetGlobal(GraphImport import, FileNode node, Layer layer, FileTensor input)
        => import.Set(node, new FileTensor(import.Network.Add(layer, import.Materialise(input)), [input.Sizes[0], 1, 1, input.Sizes[3]], input.Order));

    public static void Mean(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var given = import.Integers(node, 1, "axes") ?? [];
        if (given.Length == 0)
        {
            if (node.Integer("noop_with_empty_axes", 0) == 0)
                throw node.Unsupported("a mean over all axes, the batch too");
            import.Set(node, tensor);
            return;
        }
        var axes = given.Select(axis => GraphImport.Axis(node, axis, tensor.Rank)).Distinct().Order().ToArray();
        var keeps = node.Integer("keepdims", 1) != 0;
        var kept = tensor.FileSizes.Select((size, axis) => axes.Contains(axis) ? 1 : size).ToArray();
        FileTensor mean;
        if (tensor.Rank == 4 && axes.SequenceEqual([2, 3]) && tensor.Order.SequenceEqual(FileTensor.ChannelsLast(4)))
        {
            mean = new FileTensor(import.Network.Add(new GlobalAveragePool(), import.Materialise(tensor)), [tensor.Sizes[0], 1, 1, tensor.Sizes[3]], tensor.Order);
        }
        else
        {
            var value = import.Network.Add(new ReduceMean([.. axes.Select(axis => ShapeOperators.NotBatch(node, tensor, axis))]) { KeepsAxes = true }, import.Materialise(tensor));
            mean = new FileTensor(value, [.. value.Shape], tensor.Order);
        }
        if (keeps)
            import.Set(node, mean);
        else
            ShapeOperators.SetReshaped(import, node, mean, ShapeOperators.Squeezed(node, kept, axes));
    }

    public static void Pad(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        if (node.Text("mode", "constant") is not "constant" and var mode)
            throw node.Unsupported($"the mode '{mode}'");
        if ((import.OptionalNumber(node, 2) ?? node.Number("value", 0)) != 0)
            throw node.Unsupported("a border that is not zero");
        var pads = import.Integers(node, 1, "pads");
        if (pads is null || pads.Length != 2 * tensor.Rank || pads.Any(pad => pad < 0))
            throw node.Unsupported($"a border of [{string.Join(", ", pads ?? [])}] around {tensor.Rank} axes");
        if (pads.All(pad => pad == 0))
        {
            import.Set(node, tensor);
            return;
        }
        var layer = new Pad([.. tensor.Order.Select(axis => pads[axis])], [.. tensor.Order.Select(axis => pads[axis + tensor.Rank])]);
        var value = import.Network.Add(layer, import.Materialise(tensor));
        import.Set(node, new FileTensor(value, [.. value.Shape], tensor.Order));
    }

    public static void Resize(GraphImport import, FileNode node)
    {
        var input = import.ChannelsLast(node);
        if (input.Rank != 4)
            throw node.Unsupported($"an input of {input.Rank} axes");
        var sizes = input.FileSizes;
        var scales = import.OptionalConstant(node, node.Operator == "Upsample" || import.Opset < 11 ? 1 : 2)?.ToFloats() ?? node.Attribute("scales")?.Floats.ToArray() ?? [];
        float[] factors = scales.Length > 0 ? scales
            : import.OptionalConstant(node, 3)?.Longs is { } targets ? [.. targets.Select((target, axis) => axis < 4 ? (float)target / sizes[axis] : 0)]
            : [];
        if (factors.Length != 4 || factors[0] != 1 || factors[1] != 1 || factors[2] != factors[3] || factors[2] != MathF.Floor(factors[2]) || factors[2] is < 1 or > 1024)
            throw node.Unsupported($"factors [{string.Join(", ", factors.Select(factor => factor.ToString(CultureInfo.InvariantCulture)))}]", "a whole number for height and width is needed");
        var mode = node.Text("mode", "nearest");
        var coordinates = node.Text("coordinate_transformation_mode", import.Opset < 11 ? "asymmetric" : "half_pixel");
        var factor = (int)factors[2];
        if (factor == 1)
        {
            import.Set(node, input);
            return;
        }
        var rounding = node.Text("nearest_mode", "round_prefer_floor");
        // Each of these repeats every pixel; other roundings move the picture.
        var nearest = mode == "nearest" && coordinates switch
        {
            "half_pixel" or "pytorch_half_pixel" => rounding is "round_prefer_floor" or "round_prefer_ceil",
            "asymmetric" => import.Opset < 11 || rounding == "floor",
            _ => false,
        };
        var bilinear = mode is "linear" or "bilinear" && coordinates is "half_pixel" or "pytorch_half_pixel";
        if (!nearest && !bilinear)
            throw node.Unsupported($"the mode '{mode}' with '{coordinates}' and '{rounding}'");
        import.AddLayer(node, new Upsample(factor, bilinear ? UpsampleMode.Bilinear : UpsampleMode.Nearest), input);
    }
}
