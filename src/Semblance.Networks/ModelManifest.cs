using System.Text.Json;
using System.Text.Json.Nodes;
using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>How a picture of any shape becomes the network's size: squeezed, covered and cut, or fitted with borders of the mean colour.</summary>
public enum ResizeRule
{
    Stretch,
    Crop,
    Pad,
}

/// <summary>Order of the three colour channels.</summary>
public enum ChannelOrder
{
    Rgb,
    Bgr,
}

/// <summary>Order of the axes of the network's input: <c>[n, c, h, w]</c> or <c>[n, h, w, c]</c>.</summary>
public enum TensorLayout
{
    Nchw,
    Nhwc,
}

/// <summary>How a feature map becomes one number per channel; an output that is a vector already is taken as it is.</summary>
public enum Pooling
{
    Avg,
    Max,

    /// <summary>Generalised mean, (mean of xᵖ)^(1/p) over positive parts (Radenović et al., 2018): average at p = 1, maximum as p grows.</summary>
    Gem,

    /// <summary>The first token of <c>[n, tokens, d]</c>, which vision transformers keep for the whole picture.</summary>
    Token,
}

/// <summary>What a network wants to see. An 8-bit value v of channel c becomes <c>(v · Scale − Mean[c]) / Std[c]</c>.</summary>
/// <param name="Mean">One number per channel, in the order of <paramref name="Channels"/>.</param>
/// <param name="Std">One number per channel, in the order of <paramref name="Channels"/>.</param>
public sealed record ModelInput(
    int Width,
    int Height,
    ChannelOrder Channels,
    TensorLayout Layout,
    IReadOnlyList<double> Mean,
    IReadOnlyList<double> Std,
    double Scale,
    ResizeRule Resize);

/// <summary>An output of the network that makes a stretch of the vector; of several, each is L2-normalised by itself and then counts by its weight.</summary>
public sealed record ModelTap(string Output, Pooling Pooling = Pooling.Avg, double GemP = 3)
{
    /// <summary>Length of this stretch before the whole vector is normalised; above 0.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>
/// <c>manifest.json</c> of a model folder: what the vectors of its <c>model.onnx</c> are and how the network is fed.
/// Keys that this version does not know are kept when a manifest is written back.
/// </summary>
public sealed record ModelManifest
{
    public const string FileName = "manifest.json";

    public required string Id { get; init; }

    /// <summary>Hash of <c>model.onnx</c>; lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Hash of the network as it was before something was changed while it was added; null where nothing was.</summary>
    public string? AddedSha256 { get; init; }

    public SpaceKind Kind { get; init; } = SpaceKind.Float;

    public Modality Modality { get; init; } = Modality.Picture;

    /// <summary>Numbers of a vector; of the kind <see cref="SpaceKind.Bits"/>, bits of a code.</summary>
    public required int Dimension { get; init; }

    public required ModelInput Input { get; init; }

    public required IReadOnlyList<ModelTap> Taps { get; init; }

    /// <summary>Whether the finished vector is L2-normalised.</summary>
    public bool Normalise { get; init; } = true;

    public string? TrainedOn { get; init; }

    public string? Licence { get; init; }

    /// <summary>The JSON that was read, with whatever else it held; null for a manifest made in memory.</summary>
    internal JsonObject? Source { get; init; }

    /// <exception cref="ModelException">There is no manifest, or it lacks a key or has a wrong value; the key is named.</exception>
    public static ModelManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"'{folder}' is no model folder: it has no {FileName}. Name a folder that has one, or add the network to the store, which writes it.", failure);
        }
        return Parse(text, path);
    }

    /// <param name="name">What messages call the text, usually its path.</param>
    public static ModelManifest Parse(string json, string name)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json);
        }
        catch (JsonException failure)
        {
            throw new ModelException($"'{name}' is not valid JSON: {failure.Message}", failure);
        }
        return root is JsonObject source ? ManifestJson.Read(source, name) : throw new ModelException($"'{name}' must hold a JSON object.");
    }

    public string ToJson() => ManifestJson.Write(this).ToJsonString(ManifestJson.Formatting);

    /// <summary>Writes <c>manifest.json</c> beside and renames it, so that a reader sees the old or the new one.</summary>
    public void Save(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var temporary = path + "." + Guid.NewGuid().ToString("N")[..8];
        File.WriteAllText(temporary, ToJson() + "\n");
        File.Move(temporary, path, overwrite: true);
    }
}
