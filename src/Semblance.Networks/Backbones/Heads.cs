namespace Semblance.Networks.Backbones;

/// <summary>What stands behind the features: a classifier, or none.</summary>
internal static class Heads
{
    public static void Add(BackboneBuilder builder, Architecture architecture, Value features)
    {
        var options = builder.Options;
        if (options.Features || options.Classes == 0)
            builder.Output("features", features);
        if (options.Classes > 0)
        {
            var x = architecture.Neck is { } neck ? neck(builder, features) : Pooled(builder, features);
            builder.Output("logits", builder.Add(new Linear(options.Classes) { Name = architecture.Classifier }, x));
        }
    }

    private static Value Pooled(BackboneBuilder builder, Value features)
        => features.Shape.Rank == 2 ? features : builder.Add(new GlobalAveragePool(), features);
}
