namespace Semblance.Networks.Onnx.Importing;

/// <summary>Operators that move or cut and compute nothing. Most cost nothing here: only the account of the axes changes.</summary>
internal static class ShapeOperators
{
    public static void Reshape(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var shape = import.OptionalConstant(node, 1) ?? FileConstant.Of("shape", [node.Integers("shape")?.Length ?? 0], [.. (node.Integers("shape") ?? []).Select(size => (long)size)]);
        if (shape.BatchElement > 0)
            throw node.Unsupported("a batch that is not the first axis");
        SetReshaped(import, node, tensor, Target(node, shape, tensor.FileSizes));
    }

    public static void Flatten(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        SetReshaped(import, node, tensor, Flattened(node, tensor.FileSizes));
    }

    public static void Squeeze(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        Drop(import, node, tensor, import.Integers(node, 1, "axes") ?? [.. Enumerable.Range(0, tensor.Rank).Where(axis => axis != tensor.Order[0] && tensor.FileSizes[axis] == 1)]);
    }

    public static void Unsqueeze(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        SetReshaped(import, node, tensor, Unsqueezed(node, tensor.FileSizes, import.Integers(node, 1, "axes")));
    }

    public static void Transpose(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var order = node.Integers("perm") ?? [.. Enumerable.Range(0, tensor.Rank).Reverse()];
        if (!Permutation.IsValid(order, tensor.Rank))
            throw node.Fault($"reorders {tensor.Rank} axes by [{string.Join(", ", order)}]; the file is damaged.");
        // The new axis j is the old axis order[j]: nothing moves, the axes are only called something else.
        import.Set(node, tensor with { Order = [.. tensor.Order.Select(axis => Array.IndexOf(order, axis))] });
    }

    public static void Concat(GraphImport import, FileNode node)
    {
        var first = import.Tensor(node, Math.Max(node.Inputs.FindIndex(input => import.Find(input) is not null), 0));
        var axis = GraphImport.Axis(node, node.Integer("axis", 1), first.Rank);
        var parts = new Value[node.Inputs.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = import.TensorBeside(node, i, first);
            if (part.Rank != first.Rank)
                throw node.Fault($"joins tensors of {first.Rank} and {part.Rank} axes; the file is damaged.");
            parts[i] = import.Materialise(import.Arrange(node, part, first.Order));
        }
        if (parts.Length == 1)
        {
            import.Set(node, first);
            return;
        }
        var joined = import.Network.Add(new Concat(NotBatch(node, first, axis)), parts);
        import.Set(node, new FileTensor(joined, [.. joined.Shape], first.Order));
    }

    public static void Slice(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        foreach (var range in Ranges(import, node, tensor.FileSizes))
        {
            if (range.Start == 0 && range.Step == 1 && range.Length == tensor.FileSizes[range.Axis])
                continue;
            tensor = Cut(import, node, tensor, range);
        }
        import.Set(node, tensor);
    }

    public static void Split(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var axis = GraphImport.Axis(node, node.Integer("axis", 0), tensor.Rank);
        var size = tensor.FileSizes[axis];
        var count = node.Outputs.Count;
        var sizes = import.Integers(node, 1, "split");
        if (sizes is null)
        {
            var each = (size + count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Min(each, size - (i * each)))];
        }
        if (sizes.Length != count || sizes.Sum(part => (long)part) != size || sizes.Any(part => part < 1))
            throw node.Fault($"cuts an axis of {size} into [{string.Join(", ", sizes)}] for {count} outputs; the file is damaged.");
        var parts = import.Network.AddAll(new Split(NotBatch(node, tensor, axis), sizes), import.Materialise(tensor));
        for (var i = 0; i < count; i++)
            import.Set(node.Outputs[i], new FileTensor(parts[i], [.. parts[i].Shape], tensor.Order));
    }

    public static void ShapeOf(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var sizes = tensor.FileSizes;
        var start = Math.Clamp(node.Integer("start", 0) is var from && from < 0 ? from + sizes.Length : from, 0, sizes.Length);
        var end = Math.Clamp(node.Integer("end", sizes.Length) is var to && to < 0 ? to + sizes.Length : to, start, sizes.Length);
        import.Set(node, FileConstant.Of("", [end - start], [.. sizes[start..end].Select(size => (long)size)], tensor.Order[0] >= start && tensor.Order[0] < end ? tensor.Order[0] - start : -1));
    }

    public static void Expand(GraphImport import, FileNode node)
    {
        var tensor = import.Tensor(node);
        var sizes = import.Constant(node, 1).Longs ?? [];
        var own = tensor.FileSizes;
        for (var fromEnd = 1; fromEnd <= sizes.Length; fromEnd++)
        {
            if (fromEnd > own.Length || (sizes[^fromEnd] != 1 && sizes[^fromEnd] != own[^fromEnd]))
                throw node.Unsupported($"a repetition of [{string.Join(", ", own)}] to [{string.Join(", ", sizes)}]");
        }
        import.Set(node, tensor);
    }

    /// <summary>One element of an axis, with the axis or without it.</summary>
    public static void Pick(GraphImport import, FileNode node, FileTensor tensor, int axis, long position, bool keepsAxis)
    {
        var size = tensor.FileSizes[axis];
        var start = position < 0 ? position + size : position;
        if (start < 0 || start >= size)
            throw node.Fault($"takes element {position} of an axis of {size}; the file is damaged.");
        var cut = size == 1 ? tensor : Cut(import, node, tensor, (axis, (int)start, 1, 1));
        if (keepsAxis)
            import.Set(node, cut);
        else
            Drop(import, node, cut, [axis]);
    }

    /// <summary>Sizes that a reshape leads to.</summary>
    public static int[] Target(FileNode node, FileConstant shape, int[] sizes)
    {
        if (shape.Longs is not { } wanted || shape.Rank > 1)
            throw node.Fault("takes a shape that is no list of whole numbers; the file is damaged.");
        var target = new int[wanted.Length];
        var open = -1;
        long known = 1;
        for (var i = 0; i < target.Length; i++)
        {
            if (wanted[i] == -1 && open < 0)
            {
                open = i;
                continue;
            }
            var copied = wanted[i] == 0 && node.Integer("allowzero", 0) == 0;
            if (copied && i >= sizes.Length)
                throw node.Fault($"copies axis {i} of [{string.Join(", ", sizes)}]; the file is damaged.");
            target[i] = copied ? sizes[i] : node.ToInt(wanted[i], "a size of");
            known = checked(known * target[i]);
        }
        var elements = sizes.Aggregate(1L, (product, size) => checked(product * size));
        if (open >= 0 && known > 0)
            target[open] = node.ToInt(elements / known, "a size of");
        if (target.Any(size => size < 1) || target.Aggregate(1L, (product, size) => checked(product * size)) != elements)
            throw node.Fault($"makes [{string.Join(", ", wanted)}] of [{string.Join(", ", sizes)}], which has another number of elements.");
        return target;
    }

    public static int[] Flattened(FileNode node, int[] sizes)
    {
        var axis = node.Integer("axis", 1) is var given && given < 0 ? given + sizes.Length : given;
        if (axis < 0 || axis > sizes.Length)
            throw node.Fault($"flattens from axis {axis} of {sizes.Length}; the file is damaged.");
        return [sizes[..axis].Aggregate(1, (product, size) => checked(product * size)), sizes[axis..].Aggregate(1, (product, size) => checked(product * size))];
    }

    public static int[] Squeezed(FileNode node, int[] sizes, int[]? axes)
    {
        var gone = axes is null ? [.. Enumerable.Range(0, sizes.Length).Where(axis => sizes[axis] == 1)] : Array.ConvertAll(axes, axis => GraphImport.Axis(node, axis, sizes.Length));
        if (gone.FirstOrDefault(axis => sizes[axis] != 1, -1) is >= 0 and var wide)
            throw node.Fault($"drops axis {wide}, whose size is {sizes[wide]}; the file is damaged.");
        return [.. sizes.Where((_, axis) => !gone.Contains(axis))];
    }

    public static int[] Unsqueezed(FileNode node, int[] sizes, int[]? axes)
    {
        if (axes is null)
            throw node.Fault("does not say which axes to add; the file is damaged.");
        var rank = sizes.Length + axes.Length;
        var added = Array.ConvertAll(axes, axis => GraphImport.Axis(node, axis, rank)).ToHashSet();
        if (added.Count != axes.Length)
            throw node.Fault($"adds one axis twice ([{string.Join(", ", axes)}]); the file is damaged.");
        var (result, from) = (new int[rank], 0);
        for (var axis = 0; axis < rank; axis++)
            result[axis] = added.Contains(axis) ? 1 : sizes[from++];
        return result;
    }

    /// <summary>What a slice cuts, axis by axis.</summary>
    public static List<(int Axis, int Start, int Length, int Step)> Ranges(GraphImport import, FileNode node, int[] sizes)
    {
        var starts = import.Integers(node, 1, "starts") ?? throw node.Fault("does not say where it starts; the file is damaged.");
        var ends = import.Integers(node, 2, "ends");
        var axes = import.Integers(node, 3, "axes") ?? [.. Enumerable.Range(0, starts.Length)];
        var steps = import.Integers(node, 4, "steps") ?? [.. Enumerable.Repeat(1, starts.Length)];
        if (ends?.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw node.Fault("has starts, ends, axes and steps of different numbers; the file is damaged.");
        var ranges = new List<(int, int, int, int)>();
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = GraphImport.Axis(node, axes[i], sizes.Length);
            var size = sizes[axis];
            if (steps[i] < 1)
                throw node.Unsupported($"steps of {steps[i]}");
            var start = (int)Math.Clamp(starts[i] < 0 ? (long)starts[i] + size : starts[i], 0, size);
            var end = (int)Math.Clamp(ends[i] < 0 ? (long)ends[i] + size : ends[i], 0, size);
            var length = end <= start ? 0 : (end - start - 1) / steps[i] + 1;
            if (length == 0)
                throw node.Unsupported("nothing left of an axis");
            ranges.Add((axis, start, length, steps[i]));
        }
        return ranges;
    }

    /// <summary>Number of the engine's axis.</summary>
    public static int NotBatch(FileNode node, FileTensor tensor, int fileAxis)
        => tensor.EngineAxis(fileAxis) is > 0 and var axis ? axis : throw node.Unsupported("an operation along the batch");

    public static void SetReshaped(GraphImport import, FileNode node, FileTensor tensor, int[] target)
    {
        if (target.Length is 0 or > Shape.MaxRank)
            throw node.Unsupported($"a result of {target.Length} axes");
        var reshaped = tensor.TryReshape(target) ?? import.Arrange(node, tensor, FileTensor.InOrder(tensor.Rank)).TryReshape(target);
        import.Set(node, reshaped ?? throw node.Unsupported($"a reshape of [{string.Join(", ", tensor.FileSizes)}] to [{string.Join(", ", target)}] that changes the batch"));
    }

    // Axes of size 1. Where the batch stands first they go by a reshape, as all else does.
    private static void Drop(GraphImport import, FileNode node, FileTensor tensor, int[] axes)
    {
        var sizes = Squeezed(node, tensor.FileSizes, axes);
        if (tensor.Order[0] == 0)
        {
            SetReshaped(import, node, tensor, sizes);
            return;
        }
        foreach (var axis in axes.Select(axis => GraphImport.Axis(node, axis, tensor.Rank)).Distinct().OrderDescending())
        {
            NotBatch(node, tensor, axis);
            tensor = tensor.Without(axis);
        }
        import.Set(node, tensor);
    }

    private static FileTensor Cut(GraphImport import, FileNode node, FileTensor tensor, (int Axis, int Start, int Length, int Step) range)
    {
        var value = import.Network.Add(new Slice(NotBatch(node, tensor, range.Axis), range.Start, range.Length, range.Step), import.Materialise(tensor));
        return new FileTensor(value, [.. value.Shape], tensor.Order);
    }
}
