using System.Diagnostics;
using Semblance.Evaluation.Streaming;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Evaluation;

/// <summary>
/// Runs a retrieval protocol and reports every metric. One pass over blocks of distances: each query is scored while its row is at hand and
/// only its scores are kept, so memory is O(queries × metrics) plus a few megabytes per thread.
/// </summary>
public static class RetrievalEvaluation
{
    /// <summary>
    /// Each of <paramref name="vectors"/> (n of length d) searches all the others; it is left out itself, its duplicates are not. How often they
    /// are read says <see cref="VectorDistances"/>, and <see cref="KMeans"/> where they are clustered.
    /// </summary>
    /// <exception cref="ArgumentException">No class has two items, shapes do not fit, or a vector is not finite.</exception>
    public static EvaluationReport LeaveOneOut(
        IVectorRows vectors, ReadOnlySpan<int> labels, Metric metric, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var distances = new VectorDistances(vectors, vectors, metric);
        return Run("leave-one-out", distances, new SingleLabels(labels), leaveOneOut: true, options, distances.QueryVectors, cancellationToken);
    }

    /// <summary>Each of <paramref name="queries"/> (q of length d) searches <paramref name="gallery"/> (n of length d); labels in one numbering.</summary>
    public static EvaluationReport QueryGallery(
        IVectorRows queries, ReadOnlySpan<int> queryLabels, IVectorRows gallery, ReadOnlySpan<int> galleryLabels, Metric metric, EvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var distances = new VectorDistances(queries, gallery, metric);
        return Run("query-gallery", distances, new SingleLabels(queryLabels, galleryLabels), leaveOneOut: false, options, distances.QueryVectors, cancellationToken);
    }

    /// <summary>Any distances under any relevance: codes, multi-label sets, re-identification. NMI and AMI need <paramref name="queryVectors"/>, q of them, which are clustered as they are, by Euclidean distance: normalise them for cosine.</summary>
    public static EvaluationReport Run(
        string protocol, IDistanceSource source, ILabelComparer labels, bool leaveOneOut, EvaluationOptions? options = null, IVectorRows? queryVectors = null, CancellationToken cancellationToken = default)
    {
        options ??= new EvaluationOptions();
        if (queryVectors is not null && queryVectors.Count != source.Queries)
            throw new ArgumentException($"{queryVectors.Count} query vectors for {source.Queries} queries.", nameof(queryVectors));
        var watch = Stopwatch.StartNew();
        var scores = new QueryScores(source.Queries, options.Metrics ?? RetrievalMetric.Standard(options.At));
        var workers = DistanceStream.Run(
            source, labels, leaveOneOut, options.Threads, () => new Worker(scores, options.Verification ? new VerificationHistogram(source.Range) : null), cancellationToken);
        scores.DropLoneQueries();
        if (scores.Queries == 0)
            throw new ArgumentException($"None of the {source.Queries} queries has a relevant item in the gallery. Check that both sides are labelled alike and that classes have at least two items.", nameof(labels));

        var metrics = new OrderedDictionary<string, MetricValue>(StringComparer.Ordinal);
        var means = Bootstrap.MeanIntervals(scores.Values, scores.Metrics.Count, options.BootstrapSamples, options.Seed, cancellationToken: cancellationToken);
        for (var m = 0; m < means.Length; m++)
            metrics[scores.Metrics[m].Name] = means[m];
        var classes = PerClass.Of(scores, labels);
        if (classes is not null)
            classes.AddMacroMeans(metrics, options, cancellationToken);
        AddVerification(metrics, workers, options);
        if (options.Clustering && queryVectors is not null)
            ClusterMetrics.Add(metrics, queryVectors, labels, options, cancellationToken);
        return new EvaluationReport
        {
            Protocol = protocol,
            Queries = scores.Queries,
            Gallery = source.Gallery,
            LoneQueries = scores.LoneQueries,
            Metrics = metrics,
            Worst = classes?.Worst(options) ?? [],
            Seconds = watch.Elapsed.TotalSeconds,
        };
    }

    private static void AddVerification(OrderedDictionary<string, MetricValue> metrics, IReadOnlyList<Worker> workers, EvaluationOptions options)
    {
        VerificationHistogram? pairs = null;
        foreach (var worker in workers)
        {
            if (pairs is null)
                pairs = worker.Pairs;
            else
                pairs.Merge(worker.Pairs!);
        }
        if (pairs is not { HasBothKinds: true })
            return;
        var curve = pairs.ToCurve();
        metrics["auc"] = new MetricValue(curve.Auc());
        metrics["eer"] = new MetricValue(curve.EqualErrorRate());
        foreach (var rate in options.FalseMatchRates)
            metrics[EvaluationOptions.MissRateKey(rate)] = new MetricValue(curve.FnmrAtFmr(rate));
    }

    private sealed class Worker(QueryScores scores, VerificationHistogram? pairs) : DistanceStream.IWorker
    {
        private readonly RowRanker _ranker = new();

        public VerificationHistogram? Pairs => pairs;

        public void Query(int query, ReadOnlySpan<float> distances, ReadOnlySpan<Relevance> relevance)
        {
            scores.Set(query, _ranker.Rank(distances, relevance, out var confusion), confusion);
            pairs?.Add(distances, relevance);
        }
    }
}
