using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.Index;

namespace Semblance.VectorData.Schema;

/// <summary>
/// A distance function of the abstraction over a metric of the indexes: its score is what its name says, and with it turns which end
/// of the scale is near. Beware of <see cref="DistanceFunction.NegativeDotProductSimilarity"/>, which is a distance in spite of its name.
/// </summary>
/// <param name="HigherIsNearer">True for similarities.</param>
/// <param name="Score">From the distance that the index gives.</param>
internal sealed record ScoreFunction(string Name, Metric Metric, bool HigherIsNearer, Func<float, double> Score)
{
    /// <summary>What a vector property has that names none.</summary>
    private const string Usual = DistanceFunction.CosineSimilarity;

    private static readonly ScoreFunction[] s_all =
    [
        new(DistanceFunction.CosineSimilarity, Metric.Cosine, HigherIsNearer: true, distance => 1d - distance),
        new(DistanceFunction.CosineDistance, Metric.Cosine, HigherIsNearer: false, distance => distance),
        new(DistanceFunction.DotProductSimilarity, Metric.InnerProduct, HigherIsNearer: true, distance => -(double)distance),
        new(DistanceFunction.NegativeDotProductSimilarity, Metric.InnerProduct, HigherIsNearer: false, distance => distance),
        new(DistanceFunction.EuclideanDistance, Metric.L2, HigherIsNearer: false, distance => distance),
        new(DistanceFunction.EuclideanSquaredDistance, Metric.L2, HigherIsNearer: false, distance => (double)distance * distance),
    ];

    /// <exception cref="NotSupportedException">No index measures by the property's distance function.</exception>
    public static ScoreFunction Of(VectorPropertyModel property)
    {
        var name = property.DistanceFunction ?? Usual;
        return Array.Find(s_all, function => function.Name == name)
            ?? throw new NotSupportedException($"The vector property '{property.ModelName}' asks for the distance function '{name}'; there are {string.Join(", ", s_all.Select(function => function.Name))}.");
    }

    /// <summary>Whether a score is at least as near as the threshold; the threshold itself is.</summary>
    public bool Reaches(double score, double? threshold) => threshold is not { } limit || (HigherIsNearer ? score >= limit : score <= limit);
}
