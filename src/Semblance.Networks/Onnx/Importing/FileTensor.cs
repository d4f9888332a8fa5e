namespace Semblance.Networks.Onnx.Importing;

/// <summary>
/// A tensor of the file as it lies in the engine: row-major with <paramref name="Sizes"/>, of which axis i is axis
/// <paramref name="Order"/>[i] of the file. The value's own shape may be another cut of the same elements, until a layer needs it.
/// The batch is always the engine's axis 0.
/// </summary>
internal sealed record FileTensor(Value Value, int[] Sizes, int[] Order)
{
    public int Rank => Sizes.Length;

    /// <summary>Sizes in the file's order.</summary>
    public int[] FileSizes
    {
        get
        {
            var sizes = new int[Rank];
            for (var i = 0; i < Rank; i++)
                sizes[Order[i]] = Sizes[i];
            return sizes;
        }
    }

    /// <summary>Where an axis of the file lies.</summary>
    public int EngineAxis(int fileAxis) => Array.IndexOf(Order, fileAxis);

    /// <summary>The engine's order for pictures and sequences of channels: the file's second axis last.</summary>
    public static int[] ChannelsLast(int rank) => rank < 3 ? InOrder(rank) : [0, .. Enumerable.Range(2, rank - 2), 1];

    public static int[] InOrder(int rank) => [.. Enumerable.Range(0, rank)];

    /// <summary>The result of an element-wise layer over <see cref="Value"/>.</summary>
    public FileTensor With(Value value) => this with { Value = value };

    /// <summary>Without an axis of size 1 that is not the batch.</summary>
    public FileTensor Without(int fileAxis)
    {
        var gone = EngineAxis(fileAxis);
        return this with
        {
            Sizes = [.. Sizes.Where((_, axis) => axis != gone)],
            Order = [.. Order.Where(axis => axis != fileAxis).Select(axis => axis > fileAxis ? axis - 1 : axis)],
        };
    }

    /// <summary>The axes in another order, if no element has to move for it (axes of size 1 may go anywhere); else null.</summary>
    public FileTensor? TryReorder(int[] order)
    {
        var sizes = FileSizes;
        var batch = Order[0];
        bool Matters(int fileAxis) => fileAxis == batch || sizes[fileAxis] != 1;
        return order[0] == batch && order.Where(Matters).SequenceEqual(Order.Where(Matters))
            ? this with { Sizes = [.. order.Select(axis => sizes[axis])], Order = order }
            : null;
    }

    /// <summary>
    /// The same elements, in the file's row-major order, under other sizes, if none has to move for it; else null. Axes fall into groups
    /// with equal products, and each group must lie together and in order in the engine.
    /// </summary>
    public FileTensor? TryReshape(int[] target)
    {
        if (Order[0] != 0 || target.Length == 0 || target[0] != Sizes[0])
            return null;
        var sizes = FileSizes;
        var groups = new List<(List<int> Old, List<int> New)>();
        var (i, j) = (1, 1);
        while (i < sizes.Length || j < target.Length)
        {
            var (oldOne, newOne) = (i < sizes.Length && sizes[i] == 1, j < target.Length && target[j] == 1);
            var group = (Old: new List<int>(), New: new List<int>());
            groups.Add(group);
            if (oldOne || newOne)
            {
                if (oldOne)
                    group.Old.Add(i++);
                if (newOne)
                    group.New.Add(j++);
                continue;
            }
            if (i == sizes.Length || j == target.Length)
                return null;
            long before = sizes[i], after = target[j];
            group.Old.Add(i++);
            group.New.Add(j++);
            while (before != after)
            {
                if (before < after ? i == sizes.Length : j == target.Length)
                    return null;
                if (before < after)
                {
                    before *= sizes[i];
                    group.Old.Add(i++);
                }
                else
                {
                    after *= target[j];
                    group.New.Add(j++);
                }
            }
        }

        var lying = Order.Where(axis => axis == 0 || sizes[axis] != 1).ToList();
        foreach (var (old, _) in groups)
        {
            var places = old.Where(axis => sizes[axis] != 1).Select(axis => lying.IndexOf(axis)).ToList();
            for (var k = 1; k < places.Count; k++)
            {
                if (places[k] != places[k - 1] + 1)
                    return null;
            }
        }
        int[] order = [0, .. groups.OrderBy(Place).SelectMany(group => group.New)];
        return this with { Sizes = [.. order.Select(axis => target[axis])], Order = order };

        // A group without old axes has only ones, which may go anywhere.
        int Place((List<int> Old, List<int> New) group)
        {
            foreach (var axis in group.Old)
            {
                if (sizes[axis] != 1)
                    return lying.IndexOf(axis);
            }
            return int.MaxValue;
        }
    }
}
