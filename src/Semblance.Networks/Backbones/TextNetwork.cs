namespace Semblance.Networks.Backbones;

/// <summary>A table of token vectors, their mean or all of them side by side, and fully connected layers.</summary>
internal static class TextNetwork
{
    public static Value Build(BackboneBuilder builder)
    {
        var options = builder.Options;
        var x = builder.Add(new Embedding(options.Vocabulary, builder.Scaled(options.TokenFeatures)) { Name = "tokens" }, builder.Input([1, options.Tokens]));
        return Mlp.Hidden(builder, builder.Add(options.JoinsTokens ? new Flatten() : new ReduceMean(1), x));
    }
}
