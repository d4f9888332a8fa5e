namespace Semblance.Networks.Onnx.Importing;

/// <summary>Axes in another order.</summary>
internal static class Permutation
{
    /// <summary>Elements of a row-major tensor with its axes reordered: axis i of the result is axis <paramref name="order"/>[i].</summary>
    public static T[] Apply<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> sizes, ReadOnlySpan<int> order)
    {
        var rank = order.Length;
        var result = new T[source.Length];
        if (rank == 0 || source.IsEmpty)
        {
            source.CopyTo(result);
            return result;
        }
        Span<int> strides = stackalloc int[rank];
        var stride = 1;
        for (var axis = rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        Span<int> position = stackalloc int[rank];
        position.Clear();
        var from = 0;
        for (var to = 0; to < result.Length; to++)
        {
            result[to] = source[from];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                from += strides[order[axis]];
                if (++position[axis] < sizes[order[axis]])
                    break;
                from -= strides[order[axis]] * sizes[order[axis]];
                position[axis] = 0;
            }
        }
        return result;
    }

    public static bool IsValid(ReadOnlySpan<int> order, int rank)
    {
        if (order.Length != rank)
            return false;
        for (var axis = 0; axis < rank; axis++)
        {
            if (!order.Contains(axis))
                return false;
        }
        return true;
    }
}
