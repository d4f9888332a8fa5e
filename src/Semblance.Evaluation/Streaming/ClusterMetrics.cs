using Semblance.Numerics;

namespace Semblance.Evaluation.Streaming;

/// <summary>NMI and AMI of k-means clusters against the classes, k being the number of classes (the protocol of the metric-learning papers).</summary>
internal static class ClusterMetrics
{
    /// <summary>Adds nothing when some query has no class or several, because a partition is compared with a partition.</summary>
    public static void Add(OrderedDictionary<string, MetricValue> metrics, IVectorRows vectors, ILabelComparer comparer, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var labels = new int[vectors.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (comparer.ClassOfQuery(i) is not { } label)
                return;
            labels[i] = label;
        }
        var classes = labels.Distinct().Count();
        var clusters = KMeans.Fit(vectors, classes, options.Seed, options.ClusteringRounds, options.Threads, cancellationToken).Assignments;
        metrics["nmi"] = new MetricValue(ClusterAgreement.NormalizedMutualInformation(labels, clusters));
        metrics["ami"] = new MetricValue(ClusterAgreement.AdjustedMutualInformation(labels, clusters));
    }
}
