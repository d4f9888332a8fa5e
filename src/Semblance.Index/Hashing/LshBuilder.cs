using System.Numerics.Tensors;
using Semblance.Index.Segments;
using Semblance.Numerics;

namespace Semblance.Index.Hashing;

/// <summary>Hashes rows into the cells of all tables: O(tables · functions · d log d) a row. The outcome does not depend on the threads.</summary>
internal sealed class LshBuilder(VectorSource vectors, Metric metric, int first, int count, HashShape shape, RandomRotation[] rotations)
{
    private const int RowBlock = 256;

    private readonly int _dimension = vectors.Dimension;
    private readonly int _functions = shape.Axes.Count;

    public LshSegment Build(int threads, CancellationToken cancellationToken)
    {
        var centre = Centre();
        var extra = metric == Metric.InnerProduct ? new float[count] : [];
        if (extra.Length > 0)
            Augmentation.Fill(vectors, first, count, extra);
        var tables = rotations.Length / _functions;
        var cells = new int[checked(tables * count)]; // [tables, count]
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(0, (count + RowBlock - 1) / RowBlock, parallel, block =>
        {
            var vector = new float[rotations[0].Dimension];
            var rotated = new float[vector.Length];
            for (var row = block * RowBlock; row < Math.Min(count, (block + 1) * RowBlock); row++)
            {
                var point = vector.AsSpan(0, _dimension);
                TensorPrimitives.Subtract(vectors.At(first + row, point), centre.Span, point);
                if (extra.Length > 0)
                    vector[^1] = extra[row];
                for (var table = 0; table < tables; table++)
                    cells[(table * count) + row] = Cell(table, vector, rotated);
            }
        });
        var starts = new StoredArray<int>(checked((tables * shape.Cells) + 1));
        var members = new StoredArray<int>(cells.Length);
        Parallel.For(0, tables, parallel, table => Sort(table, cells.AsSpan(table * count, count), starts, members));
        starts.Slots[^1] = members.Length;
        return new LshSegment(first, count, count, centre, new Buckets(starts, members), shape, rotations);
    }

    private int Cell(int table, float[] vector, float[] rotated)
    {
        var cell = 0;
        for (var function = 0; function < _functions; function++)
        {
            rotations[(table * _functions) + function].Apply(vector, rotated);
            var axis = TensorPrimitives.IndexOfMaxMagnitude<float>(rotated.AsSpan(0, shape.Axes[function]));
            cell = (cell * 2 * shape.Axes[function]) + (2 * axis) + (rotated[axis] < 0 ? 1 : 0);
        }
        return cell;
    }

    // Counting sort of one table's rows by their cells.
    private void Sort(int table, ReadOnlySpan<int> cells, StoredArray<int> starts, StoredArray<int> members)
    {
        var next = new int[shape.Cells];
        foreach (var cell in cells)
            next[cell]++;
        var start = table * count;
        for (var cell = 0; cell < next.Length; cell++)
        {
            starts.Slots[(table * shape.Cells) + cell] = start;
            (next[cell], start) = (start, start + next[cell]);
        }
        for (var row = 0; row < cells.Length; row++)
            members.Slots[next[cells[row]]++] = row;
    }

    private StoredArray<float> Centre()
    {
        var centre = new StoredArray<float>(_dimension);
        if (metric == Metric.InnerProduct)
            return centre;
        var sum = new double[_dimension];
        var scratch = new float[_dimension];
        for (var row = 0; row < count; row++)
        {
            var vector = vectors.At(first + row, scratch);
            for (var j = 0; j < sum.Length; j++)
                sum[j] += vector[j];
        }
        for (var j = 0; j < sum.Length; j++)
            centre.Slots[j] = (float)(sum[j] / count);
        return centre;
    }
}
