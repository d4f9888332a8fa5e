using System.Numerics;
using Semblance.Index.Codecs;
using Semblance.Numerics;

namespace Semblance.Index.InvertedFile;

/// <summary>
/// A query's look-up tables for packed 4-bit product codes, in whole numbers: distance ≈ bias + step · sum. Every table loses its own
/// smallest entry first, so that the range is spent on differences only.
/// </summary>
internal sealed class LookupTables
{
    private const int Entries = 16;

    private readonly ProductQuantizer _quantizer;
    private readonly float[] _distances;
    private readonly byte[] _tables;
    private readonly byte[] _arranged;

    public LookupTables(ProductQuantizer quantizer)
    {
        _quantizer = quantizer;
        _distances = new float[quantizer.Pieces * Entries];
        _tables = new byte[_distances.Length];
        _arranged = new byte[2 * _distances.Length];
    }

    /// <summary>For <see cref="FastScan.Sums"/>.</summary>
    public ReadOnlySpan<byte> Arranged => _arranged;

    /// <summary>distance = <see cref="Bias"/> + <see cref="Step"/> · sum.</summary>
    public float Step { get; private set; }

    public float Bias { get; private set; }

    /// <summary>Of the distances of whole vectors from the query.</summary>
    public void Fill(ReadOnlySpan<float> query, Metric metric)
    {
        _quantizer.Tables(query, metric, _distances);
        Round();
    }

    /// <summary>Of −<paramref name="factor"/> times the products with the query.</summary>
    public void FillProducts(ReadOnlySpan<float> query, float factor)
    {
        _quantizer.Products(query, factor, _distances);
        Round();
    }

    private void Round()
    {
        Bias = 0;
        var largest = 0f;
        for (var piece = 0; piece < _quantizer.Pieces; piece++)
        {
            var table = _distances.AsSpan(piece * Entries, Entries);
            var smallest = Smallest(table);
            Bias += smallest;
            for (var i = 0; i < Entries; i += Vector<float>.Count)
            {
                // Vectors of 16 floats at most: every width divides a table.
                var shifted = new Vector<float>(table[i..]) - new Vector<float>(smallest);
                shifted.CopyTo(table[i..]);
            }
            largest = MathF.Max(largest, Largest(table));
        }
        var entry = Math.Min(FastScan.MaxEntry, ushort.MaxValue / _quantizer.Pieces);
        var scale = largest > 0 ? entry / largest : 0;
        Step = largest / entry;
        System.Numerics.Tensors.TensorPrimitives.Multiply(_distances, scale, _distances);
        for (var i = 0; i < _distances.Length; i++)
            _tables[i] = (byte)(_distances[i] + 0.5f);
        FastScan.Arrange(_tables, _arranged);
    }

    private static float Smallest(ReadOnlySpan<float> table)
    {
        var smallest = new Vector<float>(table);
        for (var i = Vector<float>.Count; i < Entries; i += Vector<float>.Count)
            smallest = Vector.Min(smallest, new Vector<float>(table[i..]));
        var result = smallest[0];
        for (var lane = 1; lane < Vector<float>.Count; lane++)
            result = MathF.Min(result, smallest[lane]);
        return result;
    }

    private static float Largest(ReadOnlySpan<float> table)
    {
        var largest = new Vector<float>(table);
        for (var i = Vector<float>.Count; i < Entries; i += Vector<float>.Count)
            largest = Vector.Max(largest, new Vector<float>(table[i..]));
        var result = largest[0];
        for (var lane = 1; lane < Vector<float>.Count; lane++)
            result = MathF.Max(result, largest[lane]);
        return result;
    }
}
