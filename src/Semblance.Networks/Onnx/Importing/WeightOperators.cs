namespace Semblance.Networks.Onnx.Importing;

/// <summary>Operators with weights. The file has filters first (OIHW) and the engine has them last (HWIO).</summary>
internal static class WeightOperators
{
    public static void Convolve(GraphImport import, FileNode node)
    {
        var (input, weight, bias) = (import.ChannelsLast(node), import.Constant(node, 1), import.OptionalConstant(node, 2));
        if (weight.Rank != 4)
            throw node.Unsupported($"weights {weight}", "pictures need four axes");
        var window = Window.Of(node, input, weight.Sizes[2..]);
        var groups = node.Integer("group", 1);
        RequireFit(node, weight, window, input.Sizes[^1], weight.Sizes[1], groups);
        if (window.DilationHeight != window.DilationWidth)
            throw node.Unsupported("dilations that differ in height and width");
        var filters = weight.Sizes[0];
        RequireBias(node, bias, filters);
        Set(import, node, import.AddWithWeights(
            node,
            [import.Materialise(input)],
            [weight, bias],
            name => new Convolution(filters, window.KernelHeight)
            {
                Name = name,
                KernelWidth = window.KernelWidth,
                StrideHeight = window.StrideHeight,
                StrideWidth = window.StrideWidth,
                Dilation = window.DilationHeight,
                Padding = window.Padding,
                Groups = groups,
                Bias = bias is not null,
                Activation = node.Activation,
            },
            index => index == 0 ? Floats(node, weight.Transposed([2, 3, 1, 0])) : Floats(node, bias!),
            window.ToString(),
            index => index == 0 && weight.InFile is { } file ? values => file.ReadFiltersLast(filters, window.KernelHeight * window.KernelWidth, values) : null));
    }

    public static void ConvolveTransposed(GraphImport import, FileNode node)
    {
        var (input, weight, bias) = (import.ChannelsLast(node), import.Constant(node, 1), import.OptionalConstant(node, 2));
        if (weight.Rank != 4)
            throw node.Unsupported($"weights {weight}", "pictures need four axes");
        var window = Window.Of(node, input, weight.Sizes[2..]);
        var groups = node.Integer("group", 1);
        RequireFit(node, weight, window, input.Sizes[^1], weight.Sizes[0] / Math.Max(groups, 1), groups);
        var added = node.Integers("output_padding") ?? [0, 0];
        if (window.KernelHeight != window.KernelWidth || window.StrideHeight != window.StrideWidth || window.DilationHeight != window.DilationWidth || added is not [var rows, var columns] || rows != columns)
            throw node.Unsupported("a kernel, stride, dilation or output_padding that differs in height and width");
        if (node.Has("output_shape") || node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID"))
            throw node.Unsupported("an output_shape or auto_pad");
        var filters = checked(weight.Sizes[1] * groups);
        RequireBias(node, bias, filters);
        Set(import, node, import.AddWithWeights(
            node,
            [import.Materialise(input)],
            [weight, bias],
            name => new TransposedConvolution(filters, window.KernelHeight)
            {
                Name = name,
                Stride = window.StrideHeight,
                Dilation = window.DilationHeight,
                Padding = window.Padding,
                OutputPadding = rows,
                Groups = groups,
                Bias = bias is not null,
                Activation = node.Activation,
            },
            index => index == 0 ? Floats(node, weight.Transposed([2, 3, 1, 0])) : Floats(node, bias!),
            window.ToString()));
    }

    public static void NormalizeBatch(GraphImport import, FileNode node)
    {
        var input = import.ChannelsLast(node);
        var channels = input.Sizes[^1];
        if (input.Rank < 2)
            throw node.Unsupported($"an input of {input.Rank} axes");
        var constants = Enumerable.Range(1, 4).Select(index => import.Constant(node, index)).ToArray();
        for (var i = 0; i < 4; i++)
            import.Weights(node, i + 1, channels);
        Value[] inputs = [import.Materialise(input)];
        if (node.Residual is { } residual)
            inputs = [.. inputs, import.Materialise(import.Arrange(node, import.Find(residual) ?? throw node.Fault($"takes '{residual}', which nothing before it computes; the file is damaged."), input.Order))];
        var value = import.AddWithWeights(
            node,
            inputs,
            constants,
            name => new BatchNorm
            {
                Name = name,
                Epsilon = node.Number("epsilon", 1e-5f),
                // ONNX gives the share of the past, the engine that of the batch.
                Momentum = 1 - (double)node.Number("momentum", 0.9f),
                Activation = node.Activation,
                Frozen = node.Frozen,
            },
            index => Floats(node, constants[index]));
        import.Set(node, input with { Value = value, Sizes = [.. value.Shape] });
    }

    public static void NormalizeLayer(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var axis = GraphImport.Axis(node, node.Integer("axis", -1), tensor.Rank);
        if (node.Operator != GraphPatterns.LayerNorm && axis != tensor.Rank - 1)
            throw node.Unsupported("a normalisation over several axes");
        var input = import.ArrangeLast(node, tensor, axis);
        var channels = input.Sizes[^1];
        var (scale, shift) = (import.OptionalConstant(node, 1), import.OptionalConstant(node, 2));
        // A constant along another axis is not the norm's own and follows it.
        FileConstant? laterScale = null, laterShift = null;
        if (node.Operator == GraphPatterns.LayerNorm && !(LiesAlong(scale, axis, tensor.Rank, channels) && LiesAlong(shift, axis, tensor.Rank, channels)))
            (laterScale, laterShift, scale, shift) = (scale, shift, null, null);
        if (scale?.Count is { } scales && scales != channels || shift?.Count is { } shifts && shifts != channels)
            throw node.Fault($"has {scale} and {shift} for {channels} features; the file is damaged.");
        RequireFew(node, channels);
        var value = import.AddWithWeights(
            node,
            [import.Materialise(input)],
            [scale, shift],
            name => new LayerNorm { Name = name, Epsilon = node.Number("epsilon", 1e-5f) },
            index => index == 0
                ? scale is null ? [.. Enumerable.Repeat(1f, channels)] : Floats(node, scale)
                : shift is null ? new float[channels] : Floats(node, shift));
        import.Set(node, ElementwiseOperators.ScaledAndShifted(import, node, input with { Value = value }, laterScale, laterShift));
    }

    public static void Gemm(GraphImport import, FileNode node)
    {
        var (input, weight, bias) = (import.InOrder(node), import.Constant(node, 1), import.OptionalConstant(node, 2));
        if (node.Integer("transA", 0) != 0)
            throw node.Unsupported("a transposed left side");
        var (alpha, beta) = (node.Number("alpha", 1), node.Number("beta", 1));
        var transposed = node.Integer("transB", 0) != 0;
        AddLinear(import, node, input, weight, bias, transposed, alpha, beta);
    }

    public static void Multiply(GraphImport import, FileNode node)
    {
        if (import.FindConstant(node.Inputs.Count > 1 ? node.Inputs[1] : "") is { Rank: 2 } weight)
        {
            var tensor = import.Tensor(node);
            AddLinear(import, node, import.ArrangeLast(node, tensor, tensor.Rank - 1), weight, import.OptionalConstant(node, 2), transposed: false, 1, 1);
            return;
        }
        var left = import.InOrder(node);
        var right = import.InOrder(node, 1);
        var product = import.Network.Add(new MatMul(), import.Materialise(left), import.Materialise(right));
        import.Set(node, new FileTensor(product, [.. product.Shape], FileTensor.InOrder(product.Shape.Rank)));
    }

    public static void PRelu(GraphImport import, FileNode node)
    {
        var (tensor, slope) = (import.Tensor(node), import.Constant(node, 1));
        // One slope, or [c, 1, 1] for pictures and [c] for rows.
        var input = import.Arrange(node, tensor, FileTensor.ChannelsLast(tensor.Rank));
        var channels = input.Sizes[^1];
        if (slope.Count != 1 && (slope.Count != channels || (tensor.Rank > 2 && (slope.Rank != tensor.Rank - 1 && slope.Rank != tensor.Rank || slope.Sizes[^1] != 1))))
            throw node.Unsupported($"slopes {slope} for {channels} channels");
        RequireFew(node, channels);
        var slopes = Floats(node, slope);
        var value = import.AddWithWeights(
            node,
            [import.Materialise(input)],
            [slope],
            name => new PRelu { Name = name },
            _ => slopes.Length == channels ? slopes : [.. Enumerable.Repeat(slopes[0], channels)]);
        import.Set(node, input with { Value = value });
    }

    /// <summary>Rows of a table by number, or one element of an axis.</summary>
    public static void Gather(GraphImport import, FileNode node)
    {
        if (import.FindConstant(node.Inputs[0]) is { } table)
        {
            var indexes = import.InOrder(node, 1);
            if (table is not { Rank: 2, Floats: not null } || node.Integer("axis", 0) != 0)
                throw node.Unsupported($"a choice from the constant {table}");
            var rows = import.AddWithWeights(node, [import.Materialise(indexes)], [table], name => new Embedding(table.Sizes[0], table.Sizes[1]) { Name = name }, _ => Floats(node, table));
            import.Set(node, new FileTensor(rows, [.. rows.Shape], FileTensor.InOrder(rows.Shape.Rank)));
            return;
        }
        var tensor = import.Tensor(node);
        if (import.Constant(node, 1) is not { Count: 1, Longs: [var position], Rank: 0 or 1 } place)
            throw node.Unsupported("a choice of several elements");
        var axis = GraphImport.Axis(node, node.Integer("axis", 0), tensor.Rank);
        ShapeOperators.Pick(import, node, tensor, axis, position, keepsAxis: place.Rank == 1);
    }

    public static void GeneralizedMean(GraphImport import, FileNode node)
    {
        var input = import.ChannelsLast(node);
        if (input.Rank != 4)
            throw node.Unsupported($"an input of {input.Rank} axes");
        var exponent = import.Constant(node, 1);
        var value = import.AddWithWeights(node, [import.Materialise(input)], [exponent], name => new GeMPool(exponent.ToFloats()[0]) { Name = name, Epsilon = node.Number("epsilon", 1e-6f) }, _ => [exponent.ToFloats()[0]]);
        import.Set(node, new FileTensor(value, [input.Sizes[0], 1, 1, input.Sizes[3]], input.Order));
    }

    private static void AddLinear(GraphImport import, FileNode node, FileTensor input, FileConstant weight, FileConstant? bias, bool transposed, float alpha, float beta)
    {
        if (weight.Rank != 2)
            throw node.Unsupported($"weights {weight}");
        var (rows, columns) = transposed ? (weight.Sizes[1], weight.Sizes[0]) : (weight.Sizes[0], weight.Sizes[1]);
        if (input.Sizes[^1] != rows || columns < 1)
            throw node.Fault($"has weights {weight} for {input.Sizes[^1]} features of [{string.Join(", ", input.FileSizes)}].");
        if (bias is not null && bias.Count != columns && bias.Count != 1)
            throw node.Unsupported($"a bias {bias} for {columns} features");
        if (beta == 0)
            bias = null;
        var value = import.AddWithWeights(
            node,
            [import.Materialise(input)],
            [weight, bias],
            name => new Linear(columns) { Name = name, Bias = bias is not null },
            index => index == 0
                ? Scaled(Floats(node, transposed ? weight.Transposed([1, 0]) : weight), alpha)
                : Scaled(bias!.Count == columns ? Floats(node, bias) : [.. Enumerable.Repeat(Floats(node, bias)[0], columns)], beta));
        import.Set(node, input with { Value = value, Sizes = [.. value.Shape] });
    }

    private static float[] Scaled(float[] values, float factor) => factor == 1 ? values : Array.ConvertAll(values, value => value * factor);

    private static float[] Floats(FileNode node, FileConstant constant) => constant.Floats ?? throw node.Fault($"has whole numbers {constant} for weights; the file is damaged.");

    private static void Set(GraphImport import, FileNode node, Value value) => import.Set(node, new FileTensor(value, [.. value.Shape], FileTensor.ChannelsLast(value.Shape.Rank)));

    // Whether a constant, repeated to the tensor's sizes, holds one number for each place of that axis.
    private static bool LiesAlong(FileConstant? constant, int axis, int rank, int size)
        => constant is null || (constant.Count == size && constant.Rank <= rank && (size == 1 || (constant.Rank >= rank - axis && constant.Sizes[^(rank - axis)] == size)));

    private static void RequireFit(FileNode node, FileConstant weight, Window window, int channels, int groupChannels, int groups)
    {
        if (window.KernelHeight != weight.Sizes[2] || window.KernelWidth != weight.Sizes[3] || weight.Count == 0)
            throw node.Fault($"has weights {weight} for a kernel of {window.KernelHeight}×{window.KernelWidth}; the file is damaged.");
        if (groups < 1 || (long)groupChannels * groups != channels)
            throw node.Fault($"has weights {weight} in {groups} groups for {channels} channels.");
    }

    // Where the file gives fewer weights than the layer will have.
    private static void RequireFew(FileNode node, int channels)
    {
        if (channels > 1 << 20)
            throw node.Fault($"has {channels} channels, which is out of all bounds; the file is damaged.");
    }

    private static void RequireBias(FileNode node, FileConstant? bias, int filters)
    {
        if (bias is not null && bias.Count != filters)
            throw node.Fault($"has a bias {bias} for {filters} filters; the file is damaged.");
    }
}
