using Semblance.Index.Rows;
using Semblance.Index.Structures;

namespace Semblance.Index.Graph;

/// <summary>Nodes for vectors, whatever form they are stored in: small codes of the rotated vectors.</summary>
internal sealed class VectorNodeEncoder<T>(RowFormat<T> format, Metric metric, long seed) : NodeEncoder<T>
    where T : unmanaged
{
    // Measured at 100,000 rows of 128 dimensions.
    public override double MeasureCost => 12;

    public override double VisitScale => Math.Max(1, format.Dimension / 128.0);

    // Enough that mean and range are known to a hundredth.
    public override int SampleRows => 16_384;

    // The largest inner products are those with long rows.
    public override bool IsNearItself => metric != Metric.InnerProduct;

    public override NodeCodec Train(RowSnapshot<T> rows)
    {
        var count = rows.Positions;
        var sampled = Math.Min(count, SampleRows);
        var sample = new float[sampled * format.Dimension];
        for (var i = 0; i < sampled; i++)
            format.Decode(rows.RowAt((int)((long)count * i / sampled)), sample.AsSpan(i * format.Dimension, format.Dimension));
        return TraversalCodec.Train(format.Dimension, metric, seed, sample);
    }

    public override void LoadRow(RowSnapshot<T> rows, int position, SearchContext context)
    {
        var vectors = (VectorSearchContext)context;
        format.Decode(rows.RowAt(position), vectors.Vector);
        vectors.LoadRow(vectors.Vector);
    }

    public override void LoadGuide(StructureSearch<T> search, SearchContext context) => ((VectorSearchContext)context).LoadGuide(search.Query);

    public override void LoadQuery(StructureSearch<T> search, SearchContext context)
    {
        if (metric == Metric.InnerProduct)
            ((VectorSearchContext)context).LoadQuery(search.Query);
    }
}
