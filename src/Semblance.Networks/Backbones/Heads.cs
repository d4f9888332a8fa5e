namespace Semblance.Networks.Backbones;

/// <summary>What stands behind the features: a classifier, an embedding, both or none.</summary>
internal static class Heads
{
    public static void Add(BackboneBuilder builder, Architecture architecture, Value features)
    {
        var options = builder.Options;
        if (options.Features || (options.Classes == 0 && options.EmbeddingSize == 0))
            builder.Output("features", features);
        Value? mean = null;
        if (options.Classes > 0)
        {
            var x = architecture.Neck is { } neck ? neck(builder, features) : (mean = Pooled(builder, features, Pooling.Avg)).Value;
            if (options.Dropout is > 0 and var rate)
                x = builder.Add(new Dropout(rate), x);
            builder.Output("logits", builder.Add(new Linear(options.Classes) { Name = architecture.Classifier }, x));
        }
        if (options.EmbeddingSize > 0)
        {
            var pooled = options.EmbeddingPooling == Pooling.Avg && mean is { } shared ? shared : Pooled(builder, features, options.EmbeddingPooling);
            builder.Output("embedding", builder.Add(new L2Normalize(), builder.Add(new Linear(options.EmbeddingSize) { Name = "embedding" }, pooled)));
        }
    }

    private static Value Pooled(BackboneBuilder builder, Value features, Pooling pooling)
    {
        if (features.Shape.Rank == 2)
            return features;
        return builder.Add(
            pooling switch
            {
                Pooling.Max => new GlobalMaxPool(),
                Pooling.Gem => new GeMPool(),
                Pooling.Avg => new GlobalAveragePool(),
                _ => throw new ArgumentOutOfRangeException(nameof(pooling), $"Feature maps are pooled by {Pooling.Avg}, {Pooling.Max} or {Pooling.Gem}, not by {pooling}."),
            },
            features);
    }
}
