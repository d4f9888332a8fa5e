namespace Semblance.Networks.Onnx.Importing;

/// <summary>
/// Nodes whose inputs are all known, worked out while importing: what exporters write to compute the target of a reshape or the
/// size of an up-sampling, and weights that are moved before use.
/// </summary>
internal static class ConstantFolding
{
    /// <summary>The value of a <c>Constant</c> node.</summary>
    public static FileConstant Literal(FileNode node)
    {
        var name = GraphImport.Result(node);
        if (node.Attribute("value")?.T is { } tensor)
            return FileConstant.Read(tensor, name);
        if (node.Attribute("value_float") is { } number)
            return FileConstant.Of(name, [], [number.F]);
        if (node.Attribute("value_int") is { } integer)
            return FileConstant.Of(name, [], [integer.I]);
        if (node.Attribute("value_floats") is { } numbers)
            return FileConstant.Of(name, [numbers.Floats.Count], [.. numbers.Floats]);
        if (node.Attribute("value_ints") is { } integers)
            return FileConstant.Of(name, [integers.Ints.Count], [.. integers.Ints]);
        throw node.Unsupported("no number as its value");
    }

    /// <summary>Computes the node if all its inputs are known and its operator is one of those below.</summary>
    public static bool TryFold(GraphImport import, FileNode node)
    {
        var inputs = new List<FileConstant?>(node.Inputs.Count);
        foreach (var input in node.Inputs)
        {
            var constant = input.Length == 0 ? null : import.FindConstant(input);
            if (input.Length > 0 && constant is null)
                return false;
            inputs.Add(constant);
        }
        if (inputs is not [{ } first, ..])
            return false;
        FileConstant? result = node.Operator switch
        {
            "Identity" or "Dropout" => first,
            "Cast" => Cast(node, first),
            "Shape" => FileConstant.Of(first.Name, [first.Rank], [.. first.Sizes.Select(size => (long)size)]),
            "ConstantOfShape" => Fill(node, first),
            "Gather" => Gather(node, first, import.Constant(node, 1)),
            "Concat" => Concat(node, inputs),
            "Slice" => Slice(import, node, first),
            "Unsqueeze" => Unsqueeze(import, node, first),
            "Squeeze" => Squeeze(import, node, first),
            "Reshape" => first.WithSizes(ShapeOperators.Target(node, import.Constant(node, 1), first.Sizes)),
            "Flatten" => first.WithSizes(ShapeOperators.Flattened(node, first.Sizes)),
            "Transpose" => Transpose(node, first),
            "Expand" => Expand(node, first, import.Constant(node, 1)),
            "Equal" => Broadcast(node, first, import.Constant(node, 1), (a, b) => a == b ? 1 : 0, (a, b) => a == b ? 1 : 0),
            "Where" => Choose(node, first, import.Constant(node, 1), import.Constant(node, 2)),
            "Add" => Broadcast(node, first, import.Constant(node, 1), (a, b) => a + b, (a, b) => a + b),
            "Sub" => Broadcast(node, first, import.Constant(node, 1), (a, b) => a - b, (a, b) => a - b),
            "Mul" => Broadcast(node, first, import.Constant(node, 1), (a, b) => a * b, (a, b) => a * b),
            "Div" => Broadcast(node, first, import.Constant(node, 1), (a, b) => a / b, (a, b) => b != 0 ? a / b : throw node.Fault("divides by zero; the file is damaged.")),
            "Pow" => Broadcast(node, first, import.Constant(node, 1), (a, b) => (float)Math.Pow(a, b), (a, b) => (long)Math.Pow(a, b)),
            "Neg" => Map(first, a => -a, a => -a),
            "Floor" => Map(first, MathF.Floor, a => a),
            "Ceil" => Map(first, MathF.Ceiling, a => a),
            "Sqrt" => Map(first, MathF.Sqrt, a => (long)Math.Sqrt(a)),
            "Reciprocal" => Map(first, a => 1 / a, a => a),
            _ => null,
        };
        if (result is null)
            return false;
        // Elements that the result shares with its input take no memory.
        if (!ReferenceEquals(result.Floats, first.Floats) || !ReferenceEquals(result.Longs, first.Longs))
            import.ChargeComputed(node, result.Count);
        // A weight that is only repeated keeps its name.
        if (node.Operator == "Expand" && ReferenceEquals(result, first))
            import.Share(node, result);
        else
            import.Set(node, result);
        return true;
    }

    private static FileConstant Cast(FileNode node, FileConstant constant) => (OnnxElementType)node.Integer("to", 0) switch
    {
        OnnxElementType.Float or OnnxElementType.Double or OnnxElementType.Float16 => FileConstant.Of(constant.Name, constant.Sizes, constant.ToFloats()),
        OnnxElementType.Int64 or OnnxElementType.Int32 => constant.Longs is not null ? constant : FileConstant.Of(constant.Name, constant.Sizes, [.. constant.Floats!.Select(value => (long)value)]),
        var other => throw node.Unsupported($"a conversion to {other}"),
    };

    private static FileConstant Fill(FileNode node, FileConstant shape)
    {
        var sizes = SizesOf(node, shape);
        var count = FileConstant.CountOf(node, sizes);
        if (node.Attribute("value")?.T is not { } tensor)
            return FileConstant.Of("", sizes, new float[count]);
        var value = FileConstant.Read(tensor, GraphImport.Result(node));
        if (value.Count != 1)
            throw node.Fault("fills with more than one number; the file is damaged.");
        return value.Floats is { } floats
            ? FileConstant.Of("", sizes, Enumerable.Repeat(floats[0], count).ToArray())
            : FileConstant.Of("", sizes, Enumerable.Repeat(value.Longs![0], count).ToArray());
    }

    private static FileConstant Gather(FileNode node, FileConstant data, FileConstant positions)
    {
        var axis = GraphImport.Axis(node, node.Integer("axis", 0), data.Rank);
        if (positions.Longs is not { } picked || data.Rank != 1)
            throw node.Unsupported($"a choice from the constant {data}");
        var indexes = new int[picked.Length];
        for (var i = 0; i < indexes.Length; i++)
        {
            var index = picked[i] < 0 ? picked[i] + data.Sizes[axis] : picked[i];
            indexes[i] = index >= 0 && index < data.Count ? (int)index : throw node.Fault($"takes element {picked[i]} of {data}; the file is damaged.");
        }
        return data.Floats is { } floats
            ? FileConstant.Of(data.Name, positions.Sizes, [.. indexes.Select(index => floats[index])])
            : FileConstant.Of(data.Name, positions.Sizes, [.. indexes.Select(index => data.Longs![index])], Array.IndexOf(indexes, data.BatchElement));
    }

    private static FileConstant Concat(FileNode node, List<FileConstant?> parts)
    {
        if (parts.Any(part => part is null || part.Rank != 1))
            throw node.Unsupported("constants of more than one axis");
        int[] sizes = [(int)Math.Min(parts.Sum(part => (long)part!.Count), int.MaxValue)];
        FileConstant.CountOf(node, sizes);
        if (parts.TrueForAll(part => part!.Floats is not null))
            return FileConstant.Of("", sizes, [.. parts.SelectMany(part => part!.Floats!)]);
        if (!parts.TrueForAll(part => part!.Longs is not null))
            throw node.Fault("mixes floats and whole numbers; the file is damaged.");
        var (batch, start) = (-1, 0);
        foreach (var part in parts)
        {
            if (part!.BatchElement >= 0)
                batch = start + part.BatchElement;
            start += part.Count;
        }
        return FileConstant.Of("", sizes, [.. parts.SelectMany(part => part!.Longs!)], batch);
    }

    private static FileConstant Expand(FileNode node, FileConstant data, FileConstant shape)
    {
        var sizes = SizesOf(node, shape);
        // What is repeated for each of the batch stays one: how large the batch will be is not known.
        if (shape.BatchElement >= 0)
            sizes[shape.BatchElement] = 1;
        var count = FileConstant.CountOf(node, sizes);
        var expanded = data.Longs is null
            ? Broadcast(node, data, FileConstant.Of("", sizes, new float[count]), (a, _) => a, (a, _) => a)
            : Broadcast(node, data, FileConstant.Of("", sizes, new long[count]), (a, _) => a, (a, _) => a);
        if (expanded.Sizes.SequenceEqual(data.Sizes))
            return data;
        return data.IsInitializer ? expanded.AsInitializer() : expanded;
    }

    // Of shapes, which exporters compute so where a size may be left out.
    private static FileConstant Choose(FileNode node, FileConstant condition, FileConstant first, FileConstant second)
    {
        if (condition.Longs is not { } chosen || first.Longs is not { } left || second.Longs is not { } right || condition.Rank > 1 || first.Rank > 1 || second.Rank > 1)
            throw node.Unsupported("a choice among constants that are no shapes");
        var count = Math.Max(chosen.Length, Math.Max(left.Length, right.Length));
        if (new[] { chosen, left, right }.Any(list => list.Length != 1 && list.Length != count))
            throw node.Fault($"chooses among {condition}, {first} and {second}; the file is damaged.");
        long At(long[] list, int i) => list[list.Length == 1 ? 0 : i];
        var batch = -1;
        var result = new long[count];
        for (var i = 0; i < count; i++)
        {
            var from = At(chosen, i) != 0 ? first : second;
            result[i] = At(from.Longs!, i);
            if (from.BatchElement == i)
                batch = i;
        }
        return FileConstant.Of("", [count], result, batch);
    }

    private static FileConstant Slice(GraphImport import, FileNode node, FileConstant data)
    {
        if (data.Rank != 1)
            throw node.Unsupported($"a cut of the constant {data}");
        var ranges = ShapeOperators.Ranges(import, node, data.Sizes);
        if (ranges.Count > 1)
            throw node.Fault($"cuts the only axis of {data} {ranges.Count} times; the file is damaged.");
        var (_, start, length, step) = ranges is [var only] ? only : (0, 0, data.Count, 1);
        int[] taken = [.. Enumerable.Range(0, length).Select(i => start + (i * step))];
        return data.Floats is { } floats
            ? FileConstant.Of(data.Name, [length], [.. taken.Select(index => floats[index])])
            : FileConstant.Of(data.Name, [length], [.. taken.Select(index => data.Longs![index])], Array.IndexOf(taken, data.BatchElement));
    }

    private static FileConstant Unsqueeze(GraphImport import, FileNode node, FileConstant data)
        => data.WithSizes(ShapeOperators.Unsqueezed(node, data.Sizes, import.Integers(node, 1, "axes")));

    private static FileConstant Squeeze(GraphImport import, FileNode node, FileConstant data)
        => data.WithSizes(ShapeOperators.Squeezed(node, data.Sizes, import.Integers(node, 1, "axes")));

    private static FileConstant Transpose(FileNode node, FileConstant data)
    {
        var order = node.Integers("perm") ?? [.. Enumerable.Range(0, data.Rank).Reverse()];
        return Permutation.IsValid(order, data.Rank) ? data.Transposed(order) : throw node.Fault($"reorders {data} by [{string.Join(", ", order)}]; the file is damaged.");
    }

    private static int[] SizesOf(FileNode node, FileConstant shape)
        => shape.Longs is { } longs ? [.. longs.Select(size => node.ToInt(size, "a size of"))] : throw node.Fault("takes a shape that is not of whole numbers; the file is damaged.");

    private static FileConstant Map(FileConstant data, Func<float, float> floats, Func<long, long> longs) => data.Floats is { } values
        ? FileConstant.Of(data.Name, data.Sizes, Array.ConvertAll(values, value => floats(value)))
        : FileConstant.Of(data.Name, data.Sizes, Array.ConvertAll(data.Longs!, value => longs(value)));

    // Aligned from the last axis, sizes of 1 repeated.
    private static FileConstant Broadcast(FileNode node, FileConstant left, FileConstant right, Func<float, float, float> floats, Func<long, long, long> longs)
    {
        var rank = Math.Max(left.Rank, right.Rank);
        var sizes = new int[rank];
        for (var i = 0; i < rank; i++)
        {
            var (a, b) = (SizeFromEnd(left.Sizes, rank - i), SizeFromEnd(right.Sizes, rank - i));
            sizes[i] = a == b || b == 1 ? a : a == 1 ? b : throw node.Fault($"combines {left} with {right}; the file is damaged.");
        }
        var count = FileConstant.CountOf(node, sizes);
        if (left.Longs is { } leftLongs && right.Longs is { } rightLongs)
        {
            var result = new long[count];
            for (var i = 0; i < count; i++)
                result[i] = longs(leftLongs[Position(i, sizes, left.Sizes)], rightLongs[Position(i, sizes, right.Sizes)]);
            return FileConstant.Of(left.Name, sizes, result);
        }
        var (leftFloats, rightFloats) = (left.ToFloats(), right.ToFloats());
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = floats(leftFloats[Position(i, sizes, left.Sizes)], rightFloats[Position(i, sizes, right.Sizes)]);
        return FileConstant.Of(left.Name, sizes, values);
    }

    private static int SizeFromEnd(int[] sizes, int fromEnd) => fromEnd <= sizes.Length ? sizes[^fromEnd] : 1;

    private static int Position(int index, int[] sizes, int[] own)
    {
        var (position, stride) = (0, 1);
        for (var fromEnd = 1; fromEnd <= sizes.Length; fromEnd++)
        {
            var at = index % sizes[^fromEnd];
            index /= sizes[^fromEnd];
            if (fromEnd > own.Length)
                continue;
            position += own[^fromEnd] == 1 ? 0 : at * stride;
            stride *= own[^fromEnd];
        }
        return position;
    }
}
