namespace Semblance.Networks.Backbones;

/// <summary>An entry of the registry: how the features are computed, and what the heads behind them need to know.</summary>
/// <param name="Build">Adds the layers up to the last feature map.</param>
internal sealed record Architecture(string Name, Func<BackboneBuilder, Value> Build)
{
    /// <summary>Published height and width of the pictures.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Published dropout in front of the classifier.</summary>
    public double Dropout { get; init; }

    /// <summary>Name of the classifier's layer.</summary>
    public string Classifier { get; init; } = "fc";

    /// <summary>What lies between the feature map and the classifier's dropout; null is the mean over the map.</summary>
    public Func<BackboneBuilder, Value, Value>? Neck { get; init; }
}
