namespace Semblance.Networks.Onnx.Importing;

/// <summary>
/// Groups of nodes that are one layer of the engine: functions that ONNX lacks and exporters spell out, and activations and additions
/// behind what computes their input. A group is merged only if nobody else reads what lies within it.
/// </summary>
internal sealed class GraphPatterns
{
    public const string Swish = "x · sigmoid(x)";
    public const string Gem = "generalised mean";
    public const string UnitLength = "x / |x|";
    public const string Affine = "x · a + b";
    public const string LayerNorm = "(x − mean) / deviation";

    /// <summary>Attribute of <see cref="UnitLength"/>: constant sizes that the norm is repeated to, which have to be those of x; empty for none.</summary>
    public const string RepeatedTo = "repeated_to";

    // A larger one would show in the lengths of rows that are not zero.
    private const float LargestLeastNorm = 1e-6f;

    private readonly List<FileNode?> _nodes;
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileConstant> _constants;

    private GraphPatterns(List<FileNode> nodes, IEnumerable<string> wanted, Dictionary<string, FileConstant> constants)
    {
        _nodes = [.. nodes];
        _constants = constants;
        for (var i = 0; i < nodes.Count; i++)
        {
            // An empty name stands for what is left out.
            foreach (var output in nodes[i].Outputs.Where(output => output.Length > 0))
                _producers[output] = i;
            Count(nodes[i], 1);
        }
        foreach (var name in wanted)
            _uses[name] = _uses.GetValueOrDefault(name) + 1;
    }

    /// <param name="wanted">Tensors that must stay to be had.</param>
    public static List<FileNode> Merge(List<FileNode> nodes, IEnumerable<string> wanted, Dictionary<string, FileConstant> constants)
    {
        var patterns = new GraphPatterns(nodes, wanted, constants);
        for (var i = 0; i < nodes.Count; i++)
        {
            // The last node of each pattern, so that what it is made of is merged already.
            if (patterns._nodes[i] is not { } node)
                continue;
            try
            {
                patterns.MergeInto(i, node);
            }
            catch (Exception failure) when (GraphImport.IsOfDamage(failure))
            {
                throw node.Fault($"cannot be taken over: {failure.Message}", failure);
            }
        }
        return [.. patterns._nodes.OfType<FileNode>()];
    }

    private void MergeInto(int index, FileNode node)
    {
        if (!HasUsualInputs(node))
            return;
        switch (node.Operator)
        {
            case "Mul":
                _ = MergeSwish(index, node) || MergeHardSigmoid(index, node) || MergeHardSwish(index, node) || MergeGelu(index, node) || MergeGain(index, node);
                break;
            case "Div":
                _ = MergeHardSigmoid(index, node) || MergeHardSwish(index, node) || MergeUnitLength(index, node) || MergeLayerNorm(index, node);
                break;
            case "Pow":
                MergeGem(index, node);
                break;
            case "Conv" or "MaxPool":
                MergePadding(index, node);
                break;
            case "Add":
                _ = MergeBias(index, node) || MergeShift(index, node) || MergeResidual(index, node);
                break;
        }
        MergeActivation(index);
    }

    private bool MergeSwish(int index, FileNode node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (Only(node, side) is { Operator: "Sigmoid" or "HardSigmoid" } gate && gate.Inputs[0] == node.Inputs[1 - side] && IsUsualSlope(gate))
            {
                Replace(index, new FileNode(gate.Operator == "Sigmoid" ? Swish : "HardSwish", node, gate.Inputs[0]), gate);
                return true;
            }
        }
        return false;
    }

    // min(max(x + 3, 0), 6) / 6.
    private bool MergeHardSigmoid(int index, FileNode node)
    {
        if (!IsSixth(node, out var side) || Only(node, side) is not { } clip || ClippedShift(clip) is not { } shift)
            return false;
        var merged = new FileNode("HardSigmoid", node, Other(shift, out _));
        merged.CopyAttributes(new FileNode(new NodeProto { Attribute = { OnnxGraphBuilder.Number("alpha", 1.0 / 6), OnnxGraphBuilder.Number("beta", 0.5) } }));
        Replace(index, merged, clip, shift);
        return true;
    }

    // x · min(max(x + 3, 0), 6) / 6.
    private bool MergeHardSwish(int index, FileNode node)
    {
        if (!IsSixth(node, out var side) || Only(node, side) is not { Operator: "Mul" } product)
            return false;
        for (var i = 0; i < 2; i++)
        {
            if (Only(product, i) is { } clip && ClippedShift(clip) is { } shift && Other(shift, out _) == product.Inputs[1 - i])
            {
                Replace(index, new FileNode("HardSwish", node, product.Inputs[1 - i]), product, clip, shift);
                return true;
            }
        }
        return false;
    }

    // x · (1 + erf(x / √2)) / 2, the factors in any order.
    private bool MergeGelu(int index, FileNode node)
    {
        var factors = new List<string>();
        var inner = new List<FileNode>();
        void Collect(FileNode product)
        {
            for (var i = 0; i < 2; i++)
            {
                if (Only(product, i) is { Operator: "Mul" } nested && inner.Count < 3)
                {
                    inner.Add(nested);
                    Collect(nested);
                }
                else
                {
                    factors.Add(product.Inputs[i]);
                }
            }
        }

        Collect(node);
        if (factors.Count != 3 || factors.FindIndex(factor => IsNear(factor, 0.5f)) is not (>= 0 and var half))
            return false;
        factors.RemoveAt(half);
        for (var i = 0; i < 2; i++)
        {
            var (gate, x) = (factors[i], factors[1 - i]);
            if (Only(gate) is { Operator: "Add" } sum && HasConstant(sum, 1, out var term) && Only(sum, term) is { Operator: "Erf" } erf
                && Only(erf, 0) is { } inside && inside.Inputs.Count == 2
                && ((inside.Operator == "Div" && inside.Inputs[0] == x && IsNear(inside.Inputs[1], 1.41421356f))
                    || (inside.Operator == "Mul" && HasConstant(inside, 0.70710678f, out var place) && inside.Inputs[place] == x)))
            {
                Replace(index, new FileNode("Gelu", node, x), [.. inner, sum, erf, inside]);
                return true;
            }
        }
        return false;
    }

    // x / max(|x|, ε), with the norm repeated over the row or not.
    private bool MergeUnitLength(int index, FileNode node)
    {
        var members = new List<FileNode>();
        int[] repeated = [];
        var (x, name) = (node.Inputs[0], node.Inputs[1]);
        // Exporters write at most one bound and one repetition; a damaged file may go in a circle.
        while (members.Count < 3 && Only(name) is { } step && NormBehind(step, x) is { } inner)
        {
            members.Add(step);
            name = inner;
            if (step.Operator == "Expand" && _constants.TryGetValue(step.Inputs[1], out var sizes) && sizes.Longs is { } longs)
                repeated = [.. longs.Select(size => step.ToInt(size, "a size of"))];
        }
        if (Only(name) is not { Operator: "ReduceL2" } norm || norm.Inputs[0] != x || norm.Integer("keepdims", 1) == 0 || !(norm.Has("axes") || norm.HasInput(1)))
            return false;
        var merged = new FileNode(UnitLength, node, [.. norm.Inputs]);
        merged.CopyAttributes(norm);
        merged.CopyAttributes(new FileNode(new NodeProto { Attribute = { OnnxGraphBuilder.Integers(RepeatedTo, repeated) } }));
        Replace(index, merged, [.. members, norm]);
        return true;
    }

    // What a lower bound close to nothing is laid on, or what is repeated to the sizes of x; null if the step does anything else.
    private string? NormBehind(FileNode step, string x)
    {
        switch (step.Operator)
        {
            case "Clip":
                var hasBounds = (!step.HasInput(1) || Scalar(step.Inputs[1]) is not null) && (!step.HasInput(2) || Scalar(step.Inputs[2]) is not null);
                return hasBounds && Bound(step, 1, "min") is null or <= LargestLeastNorm && Bound(step, 2, "max") is null or >= float.MaxValue ? step.Inputs[0] : null;
            case "Max" when step.Inputs.Count == 2:
                var place = Scalar(step.Inputs[1]) is not null ? 0 : 1;
                return Scalar(step.Inputs[1 - place]) <= LargestLeastNorm ? step.Inputs[place] : null;
            case "Expand" when step.Inputs.Count == 2:
                var isOfX = _constants.TryGetValue(step.Inputs[1], out var sizes) ? sizes.Longs is not null : Producer(step.Inputs[1]) is { Operator: "Shape" } shape && shape.HasInput(0) && shape.Inputs[0] == x && !shape.Has("start") && !shape.Has("end");
                return isOfX ? step.Inputs[0] : null;
            default:
                return null;
        }
    }

    // (x − mean) / √(mean of squares + ε), over one axis; scale and shift follow.
    private bool MergeLayerNorm(int index, FileNode node)
    {
        if (Producer(node.Inputs[0]) is not { Operator: "Sub", Inputs.Count: 2 } centred || Only(node, 1) is not { Operator: "Sqrt" } root || Only(root, 0) is not { Operator: "Add" } sum
            || Producer(centred.Inputs[1]) is not { Operator: "ReduceMean", Inputs.Count: >= 1 } mean || mean.Inputs[0] != centred.Inputs[0] || AxisOf(mean) is not { } axis)
            return false;
        var term = Scalar(sum.Inputs[1]) is not null ? 0 : 1;
        if (Scalar(sum.Inputs[1 - term]) is not { } epsilon || Only(sum, term) is not { Operator: "ReduceMean" } variance || AxisOf(variance) != axis || Only(variance, 0) is not { } squares)
            return false;
        var isSquare = squares.Operator switch
        {
            "Pow" => IsNear(squares.Inputs[1], 2),
            "Mul" => squares.Inputs[1] == squares.Inputs[0],
            _ => false,
        };
        // Some exporters subtract the mean twice.
        if (!isSquare || Producer(squares.Inputs[0]) is not { Operator: "Sub" } squared || !squared.Inputs.SequenceEqual(centred.Inputs))
            return false;
        var merged = new FileNode(LayerNorm, node, centred.Inputs[0]);
        merged.CopyAttributes(new FileNode(new NodeProto { Attribute = { OnnxGraphBuilder.Number("epsilon", epsilon), OnnxGraphBuilder.Integer("axis", axis) } }));
        Replace(index, merged, centred, squared, root, sum, mean, variance, squares);
        return true;
    }

    private int? AxisOf(FileNode mean)
    {
        var axes = mean.Integers("axes") ?? (mean.HasInput(1) && _constants.TryGetValue(mean.Inputs[1], out var given) && given.Longs is [var only] ? [mean.ToInt(only, "axis")] : null);
        return mean.Integer("keepdims", 1) != 0 && axes is [var axis] ? axis : null;
    }

    // (mean of max(x, ε)^p)^(1/p).
    private bool MergeGem(int index, FileNode node)
    {
        if (Scalar(node.Inputs[1]) is not { } root || Only(node, 0) is not { Operator: "GlobalAveragePool" } mean || Only(mean, 0) is not { Operator: "Pow" } power
            || Scalar(power.Inputs[1]) is not { } exponent || Math.Abs((root * exponent) - 1) > 1e-5 || Only(power, 0) is not { Operator: "Clip" or "Max" } clip)
            return false;
        var place = clip.Operator == "Max" && Scalar(clip.Inputs[0]) is not null ? 1 : 0;
        var least = clip.Operator == "Clip" ? Bound(clip, 1, "min") : clip.Inputs.Count == 2 ? Scalar(clip.Inputs[1 - place]) : null;
        if (least is not (> 0 and var epsilon) || (clip.Operator == "Clip" && Bound(clip, 2, "max") is < float.MaxValue))
            return false;
        var merged = new FileNode(Gem, node, clip.Inputs[place], power.Inputs[1]);
        merged.CopyAttributes(new FileNode(new NodeProto { Attribute = { OnnxGraphBuilder.Number("epsilon", epsilon) } }));
        Replace(index, merged, mean, power, clip);
        return true;
    }

    // A product of matrices with a constant added to each column.
    private bool MergeBias(int index, FileNode node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (Only(node, side) is { Operator: "MatMul", Inputs.Count: 2 } product && _constants.TryGetValue(product.Inputs[1], out var weight) && weight.Rank == 2
                && _constants.TryGetValue(node.Inputs[1 - side], out var bias) && bias.Rank == 1 && bias.Count == weight.Sizes[1])
            {
                Replace(index, new FileNode("MatMul", node, product.Inputs[0], product.Inputs[1], node.Inputs[1 - side]), product);
                return true;
            }
        }
        return false;
    }

    // A product with a constant (or a layer norm's scale) and a constant added.
    private bool MergeShift(int index, FileNode node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (!_constants.TryGetValue(node.Inputs[1 - side], out var shift))
                continue;
            if (Only(node, side) is { Operator: LayerNorm, Inputs.Count: 2 } norm && _constants.TryGetValue(norm.Inputs[1], out var gain) && gain.Sizes.SequenceEqual(shift.Sizes))
            {
                var merged = new FileNode(LayerNorm, node, norm.Inputs[0], norm.Inputs[1], node.Inputs[1 - side]);
                merged.CopyAttributes(norm);
                Replace(index, merged, norm);
                return true;
            }
            if (Only(node, side) is { Operator: "Mul", Inputs.Count: 2 } product && product.Inputs.FindIndex(_constants.ContainsKey) is >= 0 and var place && !_constants.ContainsKey(product.Inputs[1 - place])
                && _constants[product.Inputs[place]] is var scale && (scale.Count == 1 || shift.Count == 1 || scale.Sizes.SkipWhile(size => size == 1).SequenceEqual(shift.Sizes.SkipWhile(size => size == 1))))
            {
                Replace(index, new FileNode(Affine, node, product.Inputs[1 - place], product.Inputs[place], node.Inputs[1 - side]), product);
                return true;
            }
        }
        return false;
    }

    // The scale of a layer norm.
    private bool MergeGain(int index, FileNode node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (Only(node, side) is { Operator: LayerNorm, Inputs.Count: 1 } norm && _constants.TryGetValue(node.Inputs[1 - side], out var scale) && scale.IsInitializer && scale.Sizes.Count(size => size != 1) <= 1)
            {
                var merged = new FileNode(LayerNorm, node, norm.Inputs[0], node.Inputs[1 - side]);
                merged.CopyAttributes(norm);
                Replace(index, merged, norm);
                return true;
            }
        }
        return false;
    }

    // The shortcut of a residual block, added to a normalisation.
    private bool MergeResidual(int index, FileNode node)
    {
        if (node.Inputs.Count != 2 || node.Inputs[0] == node.Inputs[1])
            return false;
        for (var side = 0; side < 2; side++)
        {
            if (Only(node, side) is not { Operator: "BatchNormalization", Activation: Activation.None, Residual: null } norm || _constants.ContainsKey(node.Inputs[1 - side]))
                continue;
            var merged = new FileNode(norm.Operator, node, [.. norm.Inputs]) { Name = norm.Name, Residual = node.Inputs[1 - side], Frozen = norm.Frozen };
            merged.CopyAttributes(norm);
            Replace(index, merged, norm);
            return true;
        }
        return false;
    }

    // A border in front of a window over it: zeros for sums, nothing for maxima.
    private void MergePadding(int index, FileNode node)
    {
        if (Only(node, 0) is not { Operator: "Pad" } pad || pad.Text("mode", "constant") != "constant" || node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID"))
            return;
        var value = pad.HasInput(2) ? Scalar(pad.Inputs[2]) : pad.Number("value", 0);
        var border = pad.Integers("pads") ?? (pad.HasInput(1) && _constants.TryGetValue(pad.Inputs[1], out var given) && given.Longs is { } longs ? [.. longs.Select(count => pad.ToInt(count, "a border of"))] : []);
        var own = node.Integers("pads") ?? [0, 0, 0, 0];
        var isNeutral = node.Operator == "Conv" ? value == 0 : value <= float.MinValue;
        if (!isNeutral || border.Length != 8 || own.Length != 4 || border.Any(count => count is < 0 or > 1 << 16) || own.Any(count => count is < 0 or > 1 << 16) || border[0] + border[1] + border[4] + border[5] != 0)
            return;
        var merged = new FileNode(node.Operator, node, [pad.Inputs[0], .. node.Inputs.Skip(1)]);
        merged.CopyAttributes(node);
        merged.CopyAttributes(new FileNode(new NodeProto { Attribute = { OnnxGraphBuilder.Integers("pads", own[0] + border[2], own[1] + border[3], own[2] + border[6], own[3] + border[7]), OnnxGraphBuilder.Text("auto_pad", "NOTSET") } }));
        Replace(index, merged, pad);
    }

    private void MergeActivation(int index)
    {
        if (_nodes[index] is not { } node || ActivationOf(node) is not (not Activation.None and var activation))
            return;
        if (Only(node, 0) is not { Operator: "Conv" or "ConvTranspose" or "BatchNormalization", Activation: Activation.None } before)
            return;
        var merged = new FileNode(before.Operator, node, [.. before.Inputs]) { Name = before.Name, Activation = activation, Residual = before.Residual, Frozen = before.Frozen };
        merged.CopyAttributes(before);
        Replace(index, merged, before);
    }

    private Activation ActivationOf(FileNode node) => node.Operator switch
    {
        "Relu" => Activation.Relu,
        "Sigmoid" => Activation.Sigmoid,
        "Tanh" => Activation.Tanh,
        "HardSwish" => Activation.HardSwish,
        "Gelu" when node.Text("approximate", "none") == "none" => Activation.Gelu,
        Swish => Activation.Swish,
        "LeakyRelu" when node.Number("alpha", 0.01f) == 0.01f => Activation.LeakyRelu,
        "Clip" when Bound(node, 1, "min") == 0 && Bound(node, 2, "max") == 6 => Activation.Relu6,
        _ => Activation.None,
    };

    private float? Bound(FileNode node, int input, string attribute) => node.HasInput(input) ? Scalar(node.Inputs[input]) : node.Has(attribute) ? node.Number(attribute, 0) : null;

    private bool IsUsualSlope(FileNode gate) => gate.Operator == "Sigmoid" || (Math.Abs(gate.Number("alpha", 0.2f) - (1f / 6)) < 1e-4 && gate.Number("beta", 0.5f) == 0.5f);

    // Division by 6, or multiplication with its inverse; side is where the value stands.
    private bool IsSixth(FileNode node, out int side)
    {
        side = 0;
        return node.Operator == "Div" ? IsNear(node.Inputs[1], 6) : HasConstant(node, 1f / 6, out side);
    }

    private FileNode? ClippedShift(FileNode clip)
        => clip.Operator == "Clip" && Bound(clip, 1, "min") == 0 && Bound(clip, 2, "max") == 6 && Only(clip, 0) is { Operator: "Add" } shift && HasConstant(shift, 3, out _) ? shift : null;

    private string Other(FileNode node, out int side)
    {
        side = Scalar(node.Inputs[1]) is not null ? 0 : 1;
        return node.Inputs[side];
    }

    // Whether one of two inputs is that number; side is the other's.
    private bool HasConstant(FileNode node, float value, out int side)
    {
        side = IsNear(node.Inputs[1], value) ? 0 : 1;
        return side == 0 || IsNear(node.Inputs[0], value);
    }

    private bool IsNear(string name, float value) => Scalar(name) is { } scalar && Math.Abs(scalar - value) <= 1e-5f * Math.Abs(value);

    private float? Scalar(string name) => _constants.TryGetValue(name, out var constant) && constant.Count == 1 ? constant.ToFloats()[0] : null;

    private bool IsOnlyUse(string name) => _uses.GetValueOrDefault(name) == 1;

    private FileNode? Producer(string name) => _producers.TryGetValue(name, out var index) ? _nodes[index] : null;

    // The node that computes an input, if nobody else reads it.
    private FileNode? Only(FileNode node, int input) => input < node.Inputs.Count ? Only(node.Inputs[input]) : null;

    private FileNode? Only(string name) => IsOnlyUse(name) && Producer(name) is { Outputs.Count: >= 1 } producer && producer.Outputs[0] == name && HasUsualInputs(producer) ? producer : null;

    // Damaged files have nodes with other numbers of inputs than their operator takes; those are left for the operators to refuse.
    private static bool HasUsualInputs(FileNode node) => node.Operator is "Add" or "Mul" or "Div" or "Sub" or "Pow" ? node.Inputs.Count == 2 : node.Inputs.Count >= 1;

    /// <summary>Puts a merged node in a node's place and takes away those of its members that nobody reads any more.</summary>
    private void Replace(int index, FileNode merged, params ReadOnlySpan<FileNode> members)
    {
        merged.Frozen |= _nodes[index]!.Frozen;
        Count(_nodes[index]!, -1);
        Count(merged, 1);
        _nodes[index] = merged;
        // In any order: a member goes once its readers are gone.
        for (var round = 0; round < members.Length; round++)
        {
            foreach (var member in members)
            {
                if (!_producers.TryGetValue(member.Outputs[0], out var place) || _nodes[place] != member || member.Outputs.Exists(output => _uses.GetValueOrDefault(output) > 0))
                    continue;
                _nodes[place] = null;
                Count(member, -1);
            }
        }
    }

    private void Count(FileNode node, int change)
    {
        foreach (var input in node.Inputs.Where(input => input.Length > 0))
            _uses[input] = _uses.GetValueOrDefault(input) + change;
        if (node.Residual is { } residual)
            _uses[residual] = _uses.GetValueOrDefault(residual) + change;
    }
}
