using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>What a network's model folder says about it.</summary>
public sealed record ModelFolderOptions
{
    /// <summary>Name of the model, which galleries record.</summary>
    public required string Id { get; init; }

    /// <summary>How pictures are fed: the size is the network's own, and the layout of exported files is channels-first.</summary>
    public required ModelInput Input { get; init; }

    /// <summary>Outputs that make the vector, with how their feature maps are pooled; empty takes all, averaged.</summary>
    public IReadOnlyList<ModelTap> Taps { get; init; } = [];

    /// <summary>Whether the finished vector is L2-normalised.</summary>
    public bool Normalise { get; init; } = true;

    public string? TrainedOn { get; init; }

    public string? Licence { get; init; }

    /// <summary>Whether normalisations and activations become part of the weights (<see cref="NetworkFolding"/>); turn off to train the file further.</summary>
    public bool Fold { get; init; } = true;
}

/// <summary>A network as a model folder, which indexes pictures as any other model does.</summary>
public static class ModelFolderWriter
{
    private const string BuildingSuffix = ".building-";

    /// <summary>
    /// Writes <c>model.onnx</c> and <c>manifest.json</c>. A new folder appears whole, by a rename. In one that is there, other files are
    /// kept and the two are replaced one after the other by renames; whoever opens it in between is told that the network does not fit
    /// its manifest.
    /// </summary>
    /// <param name="folder">Its parent is made if need be.</param>
    /// <param name="network">One input of pictures [batch, height, width, 3].</param>
    /// <exception cref="ModelException">The network, or what the options say of it, makes no model of pictures.</exception>
    public static StoredModel Write(string folder, Network network, ModelFolderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(network);
        // With a separator at its end, the folder's own name would be empty.
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var manifest = Describe(network, options);
        var bytes = WithoutDenormals(NetworkExporter.ToOnnx(network, options.Fold));
        manifest = manifest with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        if (Directory.Exists(folder))
            Replace(folder, bytes, manifest);
        else
            Create(folder, bytes, manifest);
        ModelFile.MarkVerified(Path.Combine(folder, ModelFile.Name), manifest.Sha256);
        return StoredModel.Load(folder);
    }

    // Training leaves such weights where a channel has died.
    private static byte[] WithoutDenormals(byte[] bytes)
    {
        var model = ModelProto.Parser.ParseFrom(bytes);
        return DenormalWeights.Zero(model) > 0 ? model.ToByteArray() : bytes;
    }

    private static void Create(string folder, byte[] bytes, ModelManifest manifest)
    {
        var building = folder + BuildingSuffix + Guid.NewGuid().ToString("N")[..8];
        Directory.CreateDirectory(building);
        try
        {
            ModelFile.Write(Path.Combine(building, ModelFile.Name), bytes);
            manifest.Save(building);
            Directory.Move(building, folder);
        }
        finally
        {
            if (Directory.Exists(building))
                Directory.Delete(building, recursive: true);
        }
    }

    private static void Replace(string folder, byte[] bytes, ModelManifest manifest)
    {
        var target = Path.Combine(folder, ModelFile.Name);
        var building = target + BuildingSuffix + Guid.NewGuid().ToString("N")[..8];
        try
        {
            ModelFile.Write(building, bytes);
            File.Move(building, target, overwrite: true);
        }
        finally
        {
            File.Delete(building);
        }
        manifest.Save(folder);
    }

    private static ModelManifest Describe(Network network, ModelFolderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.Id);
        if (network.Inputs is not [var (name, value)] || network.NominalShape(value) is not { Rank: 4, Channels: 3 } picture)
            throw new ModelException($"A model of pictures takes one input [batch, height, width, 3]; this network takes {string.Join(", ", network.Inputs.Select(input => $"{input.Name} {network.NominalShape(input.Value)}"))}.");
        if (options.Input.Height != picture[1] || options.Input.Width != picture[2] || options.Input.Layout != TensorLayout.Nchw)
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"The network's input '{name}' is {picture[2]} x {picture[1]} and its file channels-first; the options say {options.Input.Width} x {options.Input.Height}, {options.Input.Layout}."));
        IReadOnlyList<ModelTap> taps = options.Taps.Count > 0 ? options.Taps : [.. network.OutputNames.Select(output => new ModelTap(output))];
        var dimension = 0;
        foreach (var tap in taps)
        {
            if (!network.OutputNames.Contains(tap.Output))
                throw new ModelException($"The tap '{tap.Output}' is no output of the network, which has {string.Join(", ", network.OutputNames)}.");
            var shape = network.OutputValue(tap.Output).Shape;
            if (shape.Rank is < 2 or > 4)
                throw new ModelException($"The output '{tap.Output}' {shape} makes no vector: it must have two to four axes.");
            dimension += shape.Channels;
        }
        return new ModelManifest
        {
            Id = options.Id,
            Sha256 = "",
            Dimension = dimension,
            Input = options.Input,
            Taps = taps,
            Normalise = options.Normalise,
            TrainedOn = options.TrainedOn,
            Licence = options.Licence,
        };
    }
}
