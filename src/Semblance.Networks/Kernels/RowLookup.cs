using System.Numerics;
using System.Numerics.Tensors;

namespace Semblance.Networks.Kernels;

/// <summary>Rows of a table by their numbers, and the other way: gradients of the rows taken, added up in the order of the numbers.</summary>
/// <typeparam name="T">Indexes are whole numbers of this type.</typeparam>
internal static unsafe class RowLookup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Grain = 1 << 14;

    /// <summary>Copies row <c>indexes[i]</c> of each table behind the last: [tables, count, columns] from [tables, rows, columns].</summary>
    public static void Take(LayerCall<T> call, T* source, nint tables, int rows, nint columns, Tensor<T> indexes, T* target)
    {
        var count = indexes.Shape.Length;
        call.ForRanges(tables * count, 1 + Grain / columns, (start, end) =>
        {
            for (var i = start; i < end; i++)
            {
                var (table, at) = Math.DivRem(i, count);
                var row = table * rows + int.CreateTruncating(indexes.Data[at]);
                Buffer.MemoryCopy(source + row * columns, target + i * columns, columns * sizeof(T), columns * sizeof(T));
            }
        });
    }

    /// <summary>Adds row i of each table's gradient to row <c>indexes[i]</c>; each thread has columns of its own, so that the order is fixed.</summary>
    /// <param name="skipped">Rows of this number stay as they are; −1 for none.</param>
    public static void Add(LayerCall<T> call, T* gradient, nint tables, int rows, nint columns, Tensor<T> indexes, T* target, int skipped = -1)
    {
        var count = indexes.Shape.Length;
        call.ForRanges(columns, Math.Max(16, Grain / (tables * count)), (start, end) =>
        {
            for (nint i = 0; i < tables * count; i++)
            {
                var (table, at) = Math.DivRem(i, count);
                var index = int.CreateTruncating(indexes.Data[at]);
                if (index == skipped)
                    continue;
                var sums = new Span<T>(target + (table * rows + index) * columns + start, (int)(end - start));
                TensorPrimitives.Add(sums, new ReadOnlySpan<T>(gradient + i * columns + start, sums.Length), sums);
            }
        });
    }

    /// <exception cref="ArgumentException">An index is none of 0 … <paramref name="rows"/> − 1.</exception>
    public static void ThrowIfOutside(Layer layer, Tensor<T> indexes, int rows)
    {
        var limit = T.CreateChecked(rows);
        for (nint i = 0; i < indexes.Shape.Length; i++)
        {
            var index = indexes.Data[i];
            if (!(index >= T.Zero && index < limit && T.IsInteger(index)))
                throw new ArgumentException($"Layer '{layer.Name}' ({layer.GetType().Name}) got the index {index} at element {i} of {indexes.Shape}; its table has {rows} rows, numbered 0 to {rows - 1}.", nameof(indexes));
        }
    }
}
