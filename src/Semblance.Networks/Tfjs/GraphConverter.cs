using Semblance.Networks.Onnx;
using static Semblance.Networks.Onnx.OnnxGraphBuilder;

namespace Semblance.Networks.Tfjs;

/// <summary>
/// Rewrites the ancestors of the taps, operator by operator. TensorFlow's axes are "logical", the emitted tensor's are
/// "physical": a four-dimensional value carries the map from physical to logical axes, so a transpose in the source only
/// relabels, and convolutions always find their channels second.
/// </summary>
internal sealed class GraphConverter(TfjsModel model, TfjsImportOptions options)
{
    // Physical order N, C, H, W of a value whose logical order is N, H, W, C.
    private static readonly int[] s_channelsFirst = [0, 3, 1, 2];
    private static readonly int[] s_asIs = [0, 1, 2, 3];

    private readonly OnnxGraphBuilder _builder = new();
    private readonly Dictionary<string, Value> _values = [];
    private int _inputChannels = 3;

    public ModelProto Convert()
    {
        foreach (var tap in options.Taps)
        {
            Emit(tap.Node);
            var value = _values[tap.Node];
            if (value.Tensor is null)
                throw new TfjsImportException($"The tap '{tap.Node}' is a constant.");
            if (value.Axes is null)
                _builder.Output(value.Tensor, tap.Output, "n", tap.Output + "_channels");
            else if (tap.AveragePooled)
                _builder.Output(_builder.Node("Flatten", [_builder.Node("GlobalAveragePool", [value.Tensor])]), tap.Output, "n", tap.Output + "_channels");
            else
                _builder.Output(value.Tensor, tap.Output, "n", tap.Output + "_channels", tap.Output + "_height", tap.Output + "_width");
        }
        _builder.Input(options.InputName, "n", _inputChannels, "height", "width");
        return _builder.Model();
    }

    // Depth first with a stack of its own: deep networks would overflow the thread's.
    private void Emit(string name)
    {
        var pending = new Stack<string>([name]);
        while (pending.TryPeek(out var next))
        {
            if (_values.ContainsKey(next))
            {
                pending.Pop();
                continue;
            }
            if (!model.Nodes.TryGetValue(next, out var node))
                throw new TfjsImportException($"The graph has no node '{next}'.");
            var isInput = next == options.InputNode;
            var missing = isInput ? [] : node.Inputs.Where(input => !_values.ContainsKey(input)).ToList();
            if (missing.Count > 0)
            {
                if (pending.Count > model.Nodes.Count * 4)
                    throw new TfjsImportException($"The graph runs in a circle through '{next}'.");
                foreach (var input in missing)
                    pending.Push(input);
                continue;
            }
            pending.Pop();
            _values[next] = isInput ? Input() : Operation(node);
        }
    }

    private Value Operation(TfjsNode node)
    {
        switch (node.Operator)
        {
            case "Placeholder":
                return model.Nodes.Values.Count(other => other.Operator == "Placeholder") == 1 ? Input() : throw Unsupported(node, "another input beside it");
            case "Const":
                return Value.Of(model.Constant(node.Name));
            case "Identity" or "StopGradient":
                return In(node, 0);
            case "Conv2D" or "_FusedConv2D":
                return Convolution(node, depthwise: false);
            case "DepthwiseConv2dNative" or "FusedDepthwiseConv2dNative":
                return Convolution(node, depthwise: true);
            case "Relu" or "Relu6" or "Sigmoid" or "Elu" or "LeakyRelu" or "Softmax":
                var activated = Tensor(node, 0);
                return activated with { Tensor = Activation(node, activated.Tensor!, node.Operator, activated.Axes, "alpha") };
            case "Add" or "AddV2" or "BiasAdd":
                return Binary(node, "Add");
            case "Mul":
                return Binary(node, "Mul");
            case "Sub":
                return Binary(node, "Sub");
            case "RealDiv":
                return Binary(node, "Div");
            case "Minimum":
                return Binary(node, "Min");
            case "Maximum":
                return Binary(node, "Max");
            case "FusedBatchNorm" or "FusedBatchNormV3":
                RequireChannelsLast(node);
                var scaled = Enumerable.Range(1, 4).Select(i => Floats(node, i));
                return new Value(_builder.Node("BatchNormalization", [ChannelsFirst(node, 0), .. scaled.Select(c => _builder.Floats(c.Floats, c.Count))], OnnxGraphBuilder.Number("epsilon", node.Number("epsilon", 1e-3))), s_channelsFirst);
            case "Mean":
                return Mean(node);
            case "Pad" or "PadV2" or "MirrorPad":
                return Pad(node);
            case "MaxPool":
                return Pool(node, "MaxPool");
            case "AvgPool":
                return Pool(node, "AveragePool");
            case "ConcatV2":
                return Concat(node);
            case "MatMul" or "_FusedMatMul":
                return MatMul(node);
            case "Transpose":
                return Transpose(node);
            default:
                throw new TfjsImportException($"The operator '{node.Operator}' of node '{node.Name}' is not supported; choose a tap before it.");
        }
    }

    private Value Input()
    {
        var placeholder = model.Nodes.Values.FirstOrDefault(node => node.Operator == "Placeholder") ?? throw new TfjsImportException("The graph has no placeholder for the picture.");
        int[] shape = placeholder.Attributes["shape"]?["shape"]?["dim"] is System.Text.Json.Nodes.JsonArray dimensions
            ? [.. dimensions.Select(d => d!["size"] is { } size ? (int)TfjsNode.AsDouble(size) : -1)]
            : [];
        if (shape.Length != 4)
            throw new TfjsImportException($"The input '{placeholder.Name}' has {shape.Length} dimensions; a picture has four.");
        // A network converted from elsewhere may take channels first: then logical and physical order are the same.
        var channelsFirst = shape[3] is not (1 or 3) && shape[1] is 1 or 3;
        _inputChannels = channelsFirst ? shape[1] : shape[3];
        return new Value(options.InputName, channelsFirst ? s_asIs : s_channelsFirst);
    }

    private Value Convolution(TfjsNode node, bool depthwise)
    {
        RequireChannelsLast(node);
        var weights = Floats(node, 1);
        if (weights.Shape.Length != 4)
            throw Unsupported(node, "weights that are not four-dimensional");
        var (height, width, inputs, outputs) = (weights.Shape[0], weights.Shape[1], weights.Shape[2], weights.Shape[3]);
        // [height, width, in, out] becomes [out, in, height, width]; depthwise, [height, width, channel, multiple] becomes one filter per output.
        var kernel = depthwise ? Permute(weights, [2, 3, 0, 1]) : Permute(weights, [3, 2, 0, 1]);
        var kernelName = depthwise ? _builder.Floats(kernel, inputs * outputs, 1, height, width) : _builder.Floats(kernel, outputs, inputs, height, width);
        var fused = node.Texts("fused_ops");
        List<string> arguments = [ChannelsFirst(node, 0), kernelName];
        if (fused.Contains("BiasAdd"))
        {
            var bias = Floats(node, 2);
            arguments.Add(_builder.Floats(bias.Floats, bias.Count));
        }
        var result = _builder.Node("Conv", [.. arguments], [Integer("group", depthwise ? inputs : 1), .. Window(node, [height, width], node.Integers("strides")[1..3], Dilations(node))]);
        foreach (var operation in fused.Where(f => f != "BiasAdd"))
        {
            if (operation == "Prelu")
            {
                var slope = Floats(node, 3);
                result = _builder.Node("PRelu", [result, _builder.Floats(slope.Floats, slope.Count, 1, 1)]);
            }
            else
            {
                result = Activation(node, result, operation, s_channelsFirst, "leakyrelu_alpha");
            }
        }
        return new Value(result, s_channelsFirst);
    }

    private static int[] Dilations(TfjsNode node) => node.Integers("dilations") is { Length: 4 } dilations ? dilations[1..3] : [1, 1];

    /// <summary>
    /// Kernel, strides and padding. TensorFlow's SAME puts the odd pixel of padding after the picture, which for strides
    /// above one depends on the picture's size: that is ONNX's SAME_UPPER, computed when the model runs.
    /// </summary>
    private static AttributeProto[] Window(TfjsNode node, int[] kernel, int[] strides, int[]? dilations)
    {
        List<AttributeProto> attributes = [Integers("kernel_shape", kernel), Integers("strides", strides)];
        if (dilations is not null)
            attributes.Add(Integers("dilations", dilations));
        switch (node.Text("padding"))
        {
            case "VALID":
                break;
            case "SAME" when strides.All(s => s == 1) && kernel.All(k => k % 2 == 1):
                var reach = kernel.Select((k, i) => (k - 1) * (dilations?[i] ?? 1) / 2).ToArray();
                attributes.Add(Integers("pads", reach[0], reach[1], reach[0], reach[1]));
                break;
            case "SAME":
                attributes.Add(OnnxGraphBuilder.Text("auto_pad", "SAME_UPPER"));
                break;
            case "EXPLICIT" when node.Integers("explicit_paddings") is { Length: 8 } pads:
                attributes.Add(Integers("pads", pads[2], pads[4], pads[3], pads[5]));
                break;
            default:
                throw Unsupported(node, $"padding '{node.Text("padding")}'");
        }
        return [.. attributes];
    }

    private string Activation(TfjsNode node, string input, string operation, int[]? axes, string slopeKey)
    {
        switch (operation)
        {
            case "Relu" or "Sigmoid" or "Elu":
                return _builder.Node(operation, [input]);
            case "Relu6":
                return _builder.Node("Clip", [input, _builder.Floats([0f]), _builder.Floats([6f])]);
            case "LeakyRelu":
                return _builder.Node("LeakyRelu", [input], OnnxGraphBuilder.Number("alpha", node.Number(slopeKey, 0.2)));
            case "Softmax":
                return _builder.Node("Softmax", [input], Integer("axis", axes is null ? -1 : Array.IndexOf(axes, 3)));
            default:
                throw Unsupported(node, $"the activation '{operation}'");
        }
    }

    private Value Binary(TfjsNode node, string operation)
    {
        var (left, right) = (In(node, 0), In(node, 1));
        var axes = left.Axes ?? right.Axes;
        return new Value(_builder.Node(operation, [Operand(left, axes), Operand(right, axes)]), axes);
    }

    // Broadcasting aligns logical axes from the right, so a constant is first given all four.
    private string Operand(Value value, int[]? axes)
    {
        if (value.Constant is not { } constant)
        {
            if (value.Axes is null != axes is null)
                throw new TfjsImportException("The graph combines a feature map with a computed value of another rank, which is not supported.");
            return axes is null ? value.Tensor! : Arrange(value, axes);
        }
        var floats = constant.Floats ?? [.. constant.Integers!.Select(i => (float)i)];
        if (axes is null || constant.Count == 1)
            return _builder.Floats(floats, constant.Count == 1 ? [] : constant.Shape);
        int[] logical = [.. Enumerable.Repeat(1, 4 - constant.Shape.Length), .. constant.Shape];
        var widened = new TfjsConstant(logical, floats, null);
        return _builder.Floats(Permute(widened, axes), axes.Select(a => logical[a]).ToArray());
    }

    private Value Mean(TfjsNode node)
    {
        var value = Tensor(node, 0);
        if (value.Axes is not { } axes)
            throw Unsupported(node, "a mean of what is not a picture");
        var reduced = Constant(node, 1).Integers!.Select(a => (a + 4) % 4).Order().Select(a => Array.IndexOf(axes, a)).Order().ToArray();
        if (!reduced.SequenceEqual([2, 3]))
            throw Unsupported(node, "a mean over other axes than height and width");
        var pooled = _builder.Node("GlobalAveragePool", [value.Tensor!]);
        return node.Flag("keep_dims") ? new Value(pooled, axes) : new Value(_builder.Node("Flatten", [pooled]), null);
    }

    private Value Pad(TfjsNode node)
    {
        var value = Tensor(node, 0);
        var pads = Constant(node, 1).Integers!;
        var axes = value.Axes ?? [.. Enumerable.Range(0, pads.Length / 2)];
        long[] arranged = [.. axes.Select(a => (long)pads[2 * a]), .. axes.Select(a => (long)pads[2 * a + 1])];
        List<string> inputs = [value.Tensor!, _builder.Longs(arranged)];
        if (node.Operator == "PadV2")
            inputs.Add(_builder.Floats([Floats(node, 2).Floats![0]]));
        var mode = node.Operator != "MirrorPad" ? "constant" : node.Text("mode") == "REFLECT" ? "reflect" : throw Unsupported(node, $"the mirror mode '{node.Text("mode")}'");
        return value with { Tensor = _builder.Node("Pad", [.. inputs], OnnxGraphBuilder.Text("mode", mode)) };
    }

    private Value Pool(TfjsNode node, string operation)
    {
        RequireChannelsLast(node);
        return new Value(_builder.Node(operation, [ChannelsFirst(node, 0)], Window(node, node.Integers("ksize")[1..3], node.Integers("strides")[1..3], null)), s_channelsFirst);
    }

    private Value Concat(TfjsNode node)
    {
        var parts = node.Inputs.SkipLast(1).Select(name => _values[name]).ToList();
        var axis = Constant(node, node.Inputs.Count - 1).Integers![0];
        var axes = parts.FirstOrDefault(p => p.Axes is not null)?.Axes;
        var names = parts.Select(part => Operand(part, axes)).ToArray();
        return new Value(_builder.Node("Concat", names, Integer("axis", axes is null ? axis : Array.IndexOf(axes, (axis + 4) % 4))), axes);
    }

    private Value MatMul(TfjsNode node)
    {
        if (node.Flag("transpose_a"))
            throw Unsupported(node, "a transposed left side");
        var weights = Floats(node, 1);
        var (rows, columns) = (weights.Shape[0], weights.Shape[1]);
        var right = node.Flag("transpose_b") ? _builder.Floats(Permute(weights, [1, 0]), columns, rows) : _builder.Floats(weights.Floats, rows, columns);
        var result = _builder.Node("MatMul", [Tensor(node, 0).Tensor!, right]);
        foreach (var operation in node.Texts("fused_ops"))
        {
            if (operation == "BiasAdd")
            {
                var bias = Floats(node, 2);
                result = _builder.Node("Add", [result, _builder.Floats(bias.Floats, bias.Count)]);
            }
            else
            {
                result = Activation(node, result, operation, null, "leakyrelu_alpha");
            }
        }
        return new Value(result, null);
    }

    private Value Transpose(TfjsNode node)
    {
        var value = In(node, 0);
        var permutation = Constant(node, 1).Integers!;
        if (value.Constant is { } constant)
            return Value.Of(new TfjsConstant([.. permutation.Select(p => constant.Shape[p])], Permute(constant, permutation), null));
        // New logical axis j is old axis permutation[j]: nothing moves, the axes are only called something else.
        return value.Axes is { } axes
            ? value with { Axes = [.. axes.Select(a => Array.IndexOf(permutation, a))] }
            : value with { Tensor = _builder.Node("Transpose", [value.Tensor!], Integers("perm", permutation)) };
    }

    private Value In(TfjsNode node, int index) => index < node.Inputs.Count ? _values[node.Inputs[index]] : throw Unsupported(node, $"fewer than {index + 1} inputs");

    private Value Tensor(TfjsNode node, int index)
    {
        var value = In(node, index);
        return value.Tensor is not null ? value : throw Unsupported(node, $"a constant as input {index}");
    }

    private TfjsConstant Constant(TfjsNode node, int index) => In(node, index).Constant ?? throw Unsupported(node, $"a computed value as input {index}, where a constant is needed");

    private TfjsConstant Floats(TfjsNode node, int index)
    {
        var constant = Constant(node, index);
        return constant.Floats is not null ? constant : throw Unsupported(node, $"integers as input {index}");
    }

    private string ChannelsFirst(TfjsNode node, int index)
    {
        var value = Tensor(node, index);
        return value.Axes is not null ? Arrange(value, s_channelsFirst) : throw Unsupported(node, "an input that is not four-dimensional");
    }

    private string Arrange(Value value, int[] axes) => value.Axes!.SequenceEqual(axes)
        ? value.Tensor!
        : _builder.Node("Transpose", [value.Tensor!], Integers("perm", axes.Select(a => Array.IndexOf(value.Axes!, a))));

    private static void RequireChannelsLast(TfjsNode node)
    {
        if (node.Text("data_format") is { } format and not "NHWC")
            throw Unsupported(node, $"the data format '{format}'");
    }

    private static TfjsImportException Unsupported(TfjsNode node, string what) => new($"Node '{node.Name}' ({node.Operator}) has {what}, which is not supported; choose a tap before it.");

    /// <summary>Elements in the order of new axes, of which axis i is old axis <c>order[i]</c>.</summary>
    private static float[] Permute(TfjsConstant constant, int[] order)
    {
        var source = constant.Floats ?? [.. constant.Integers!.Select(i => (float)i)];
        var rank = order.Length;
        var strides = new int[rank];
        var stride = 1;
        for (var i = rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= constant.Shape[i];
        }
        var sizes = order.Select(o => constant.Shape[o]).ToArray();
        var steps = order.Select(o => strides[o]).ToArray();
        var result = new float[source.Length];
        var index = new int[rank];
        var from = 0;
        for (var to = 0; to < result.Length; to++)
        {
            result[to] = source[from];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                from += steps[axis];
                if (++index[axis] < sizes[axis])
                    break;
                from -= steps[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

    /// <summary>A constant, or an emitted tensor; <see cref="Axes"/>[i] is the logical axis at physical place i, null when not four-dimensional.</summary>
    private sealed record Value(string? Tensor, int[]? Axes)
    {
        public TfjsConstant? Constant { get; private init; }

        public static Value Of(TfjsConstant constant) => new(null, null) { Constant = constant };
    }
}
