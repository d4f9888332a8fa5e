namespace Semblance.Networks.Onnx.Importing;

/// <summary>Operators on each element by itself, or along one axis, without weights of their own.</summary>
internal static class ElementwiseOperators
{
    public static void Apply(GraphImport import, FileNode node, Layer layer) => import.AddElementwise(node, layer, import.Tensor(node));

    public static void PassOn(GraphImport import, FileNode node) => import.Set(node, import.Tensor(node));

    public static void Cast(GraphImport import, FileNode node)
    {
        // Everything is a float here; only rounding to whole numbers would change a value.
        var to = (OnnxElementType)node.Integer("to", 0);
        if (to is not (OnnxElementType.Float or OnnxElementType.Float16 or OnnxElementType.Double or OnnxElementType.BFloat16) && !import.IsInput(node.Inputs[0]))
            throw node.Unsupported($"a conversion to {to}");
        PassOn(import, node);
    }

    public static void Gelu(GraphImport import, FileNode node)
    {
        if (node.Text("approximate", "none") is not "none" and var form)
            throw node.Unsupported($"the approximation '{form}'");
        Apply(import, node, new Gelu());
    }

    public static void HardSigmoid(GraphImport import, FileNode node)
    {
        var (slope, middle) = (node.Number("alpha", 0.2f), node.Number("beta", 0.5f));
        if (Math.Abs(slope - (1f / 6)) < 1e-4 && middle == 0.5f)
        {
            Apply(import, node, new HardSigmoid());
            return;
        }
        // Another slope is one in front.
        var scaled = Scaled(import, import.Tensor(node), [slope * 6], [(middle - 0.5f) * 6], learned: false);
        import.AddElementwise(node, new HardSigmoid(), scaled);
    }

    public static void LeakyRelu(GraphImport import, FileNode node) => Apply(import, node, node.Number("alpha", 0.01f) is 0.01f ? new LeakyRelu() : new LeakyRelu(node.Number("alpha", 0.01f)));

    public static void Clip(GraphImport import, FileNode node)
    {
        var low = import.OptionalNumber(node, 1) ?? node.Number("min", float.NegativeInfinity);
        var high = import.OptionalNumber(node, 2) ?? node.Number("max", float.PositiveInfinity);
        if (low <= float.MinValue && high >= float.MaxValue)
            PassOn(import, node);
        else if (low == 0 && high == 6)
            Apply(import, node, new Relu6());
        else if (low == 0 && high >= float.MaxValue)
            Apply(import, node, new Relu());
        else
            Apply(import, node, new Clip(low, high));
    }

    public static void Dropout(GraphImport import, FileNode node)
    {
        var rate = import.OptionalNumber(node, 1) ?? node.Number("ratio", 0.5f);
        if (node.Frozen || rate == 0)
            PassOn(import, node);
        else
            Apply(import, node, new Dropout(rate));
    }

    public static void Add(GraphImport import, FileNode node)
    {
        if (Sides(import, node) is var (tensor, constant))
        {
            Shift(import, node, tensor, constant, 1);
            return;
        }
        var first = import.Tensor(node);
        if (node.Inputs.Count == 2 && import.Tensor(node, 1) is var second && second.Rank == first.Rank && !second.FileSizes.SequenceEqual(first.FileSizes))
        {
            AddRepeated(import, node, first, second);
            return;
        }
        var terms = new List<Value>();
        for (var i = 0; i < node.Inputs.Count; i++)
            terms.Add(import.Materialise(import.Arrange(node, Aligned(node, import.Tensor(node, i), first), first.Order)));
        import.Set(node, first with { Value = import.Network.Add(new Add(), [.. terms]) });
    }

    public static void Subtract(GraphImport import, FileNode node)
    {
        if (Sides(import, node) is var (tensor, constant))
        {
            if (import.Find(node.Inputs[0]) is not null)
                Shift(import, node, tensor, constant, -1);
            else
                Shift(import, node, Scaled(import, tensor, [-1], [0], learned: false), constant, 1);
            return;
        }
        var first = import.Tensor(node);
        var second = import.Arrange(node, Aligned(node, import.Tensor(node, 1), first), first.Order);
        var negative = import.Network.Add(new Scale([-1], [0]), import.Materialise(second));
        import.Set(node, first with { Value = import.Network.Add(new Add(), import.Materialise(first), negative) });
    }

    public static void Multiply(GraphImport import, FileNode node)
    {
        if (Sides(import, node) is var (tensor, constant))
        {
            var arranged = PerChannel(import, node, tensor, constant, out var values);
            import.Set(node, Scaled(import, arranged, values, [0], constant.IsInitializer && values.Length > 1));
            return;
        }
        var (left, right) = (import.Tensor(node), import.Tensor(node, 1));
        // The larger one says how both lie.
        if (right.Sizes.Aggregate(1L, (product, size) => product * size) > left.Sizes.Aggregate(1L, (product, size) => product * size))
            (left, right) = (right, left);
        var aligned = import.Arrange(node, Aligned(node, right, left), left.Order);
        var value = import.Network.Add(new Mul(), import.Materialise(left), import.Materialise(aligned));
        import.Set(node, left with { Value = value, Sizes = [.. value.Shape] });
    }

    public static void Divide(GraphImport import, FileNode node)
    {
        if (Sides(import, node) is not var (tensor, constant) || import.Find(node.Inputs[0]) is null)
            throw node.Unsupported("a division by a computed value");
        var arranged = PerChannel(import, node, tensor, constant, out var values);
        import.Set(node, Scaled(import, arranged, Array.ConvertAll(values, value => 1 / value), [0], learned: false));
    }

    /// <summary>A product with a constant and a constant added, merged.</summary>
    public static void ScaleAndShift(GraphImport import, FileNode node)
    {
        var (tensor, scale, shift) = (import.Tensor(node), import.Constant(node, 1), import.Constant(node, 2));
        var arranged = PerChannel(import, node, tensor, scale, out var scales);
        arranged = PerChannel(import, node, arranged, shift, out var shifts);
        import.Set(node, Scaled(import, arranged, scales, shifts, scale.IsInitializer && scales.Length > 1));
    }

    /// <summary>A product with a constant or a constant added; null leaves it out.</summary>
    public static FileTensor ScaledAndShifted(GraphImport import, FileNode node, FileTensor tensor, FileConstant? scale, FileConstant? shift)
    {
        if (scale is not null)
            tensor = Scaled(import, PerChannel(import, node, tensor, scale, out var scales), scales, [0], scale.IsInitializer && scales.Length > 1);
        if (shift is not null)
            tensor = Scaled(import, PerChannel(import, node, tensor, shift, out var shifts), [1], shifts, learned: false);
        return tensor;
    }

    public static void Negate(GraphImport import, FileNode node) => import.Set(node, Scaled(import, import.Tensor(node), [-1], [0], learned: false));

    public static void Softmax(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var axis = GraphImport.Axis(node, node.Integer("axis", import.Opset < 13 ? 1 : -1), tensor.Rank);
        // Until opset 13, all axes from there on were one.
        if (import.Opset < 13)
        {
            var long1 = Enumerable.Range(axis, tensor.Rank - axis).Where(a => tensor.FileSizes[a] != 1).ToList();
            axis = long1 switch
            {
                [] => axis,
                [var only] => only,
                _ => throw node.Unsupported("several axes at once"),
            };
        }
        var arranged = import.ArrangeLast(node, tensor, axis);
        Layer layer = node.Operator == "Softmax" ? new Softmax() : new LogSoftmax();
        import.Set(node, arranged with { Value = import.Network.Add(layer, import.Materialise(arranged)) });
    }

    public static void NormalizeLength(GraphImport import, FileNode node)
    {
        if (node.Integer("p", 2) != 2)
            throw node.Unsupported("another norm than the Euclidean");
        var tensor = import.Tensor(node);
        var axes = import.Integers(node, 1, "axes") ?? [node.Integer("axis", -1)];
        if (axes.Length != 1)
            throw node.Unsupported("a norm over several axes");
        var repeated = node.Integers(GraphPatterns.RepeatedTo) ?? [];
        var own = tensor.FileSizes;
        if (repeated.Length > own.Length || repeated.Where((size, i) => size != 1 && size != own[i + own.Length - repeated.Length]).Any())
            throw node.Unsupported($"a norm repeated to [{string.Join(", ", repeated)}] beside [{string.Join(", ", own)}]");
        var arranged = import.ArrangeLast(node, tensor, GraphImport.Axis(node, axes[0], tensor.Rank));
        import.Set(node, arranged with { Value = import.Network.Add(new L2Normalize(), import.Materialise(arranged)) });
    }

    // One computed and one known side.
    private static (FileTensor Tensor, FileConstant Constant)? Sides(GraphImport import, FileNode node)
    {
        if (node.Inputs.Count != 2)
            return node.Operator == "Sum" ? null : throw node.Fault($"has {node.Inputs.Count} inputs and takes two; the file is damaged.");
        if (import.FindConstant(node.Inputs[1]) is { } right)
            return (import.Tensor(node), right);
        return import.FindConstant(node.Inputs[0]) is { } left ? (import.Tensor(node, 1), left) : null;
    }

    // One of the two is repeated over the other.
    private static void AddRepeated(GraphImport import, FileNode node, FileTensor left, FileTensor right)
    {
        if (left.FileSizes.Zip(right.FileSizes).All(sizes => sizes.First == sizes.Second || sizes.First == 1))
            (left, right) = (right, left);
        var small = import.Arrange(node, right, left.Order);
        import.Set(node, left with { Value = import.Network.Add(new BroadcastAdd(), import.Materialise(left), import.Materialise(small)) });
    }

    private static void Shift(GraphImport import, FileNode node, FileTensor tensor, FileConstant constant, float sign)
    {
        if (constant.Rank <= tensor.Rank && constant.Sizes.Count(size => size != 1) > 1)
        {
            AddTable(import, node, tensor, constant, sign);
            return;
        }
        var arranged = PerChannel(import, node, tensor, constant, out var values);
        import.Set(node, Scaled(import, arranged, [1], Array.ConvertAll(values, value => sign * value), learned: false));
    }

    // A constant along several axes: the same for each of the batch.
    private static void AddTable(GraphImport import, FileNode node, FileTensor tensor, FileConstant constant, float sign)
    {
        var sizes = tensor.FileSizes;
        int[] aligned = [.. Enumerable.Repeat(1, sizes.Length - constant.Rank), .. constant.Sizes];
        if (constant.Floats is null || aligned.Where((size, axis) => size != 1 && size != sizes[axis]).Any() || constant.WithSizes(aligned).OneOf(tensor.Order[0]) is not { } table)
            throw node.Unsupported($"a constant {constant} beside [{string.Join(", ", sizes)}]", "it must have their sizes, or 1, and be the same for each of the batch");
        var moved = table.Transposed(tensor.Order);
        var value = import.AddWithWeights(
            node,
            [import.Materialise(tensor)],
            [sign == 1 ? table : null],
            name => new Offset(moved.Sizes[1..]) { Name = name, Learned = constant.IsInitializer },
            _ => sign == 1 ? moved.Floats! : Array.ConvertAll(moved.Floats!, number => sign * number),
            string.Join(' ', tensor.Order));
        import.Set(node, tensor with { Value = value });
    }

    private static FileTensor Scaled(GraphImport import, FileTensor tensor, float[] scale, float[] shift, bool learned)
    {
        var input = scale.Length == 1 && shift.Length == 1 ? tensor.Value : import.Materialise(tensor);
        return tensor with { Value = import.Network.Add(new Scale(scale, shift) { Learned = learned }, input) };
    }

    // A constant over one axis of the tensor, which is brought to the end.
    private static FileTensor PerChannel(GraphImport import, FileNode node, FileTensor tensor, FileConstant constant, out float[] values)
    {
        if (constant.Rank > tensor.Rank)
            throw node.Unsupported($"a constant {constant} of more axes than [{string.Join(", ", tensor.FileSizes)}]");
        values = constant.ToFloats();
        if (values.Length == 1)
            return tensor;
        var sizes = tensor.FileSizes;
        var axis = -1;
        for (var fromEnd = 1; fromEnd <= constant.Rank; fromEnd++)
        {
            if (constant.Sizes[^fromEnd] == 1)
                continue;
            if (axis >= 0 || fromEnd > tensor.Rank || constant.Sizes[^fromEnd] != sizes[^fromEnd])
                throw node.Unsupported($"a constant {constant} beside [{string.Join(", ", sizes)}]", "one number, or one for each place along one axis, is needed");
            axis = tensor.Rank - fromEnd;
        }
        return import.ArrangeLast(node, tensor, axis);
    }

    // Axes of size 1 in front, as broadcasting has it.
    private static FileTensor Aligned(FileNode node, FileTensor tensor, FileTensor to)
    {
        if (tensor.Rank == to.Rank)
            return tensor;
        throw node.Unsupported($"tensors of {tensor.Rank} and {to.Rank} axes together");
    }
}
