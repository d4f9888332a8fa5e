using Google.Protobuf;
using Semblance.Networks.Onnx;
using Semblance.Networks.Onnx.Importing;
using Semblance.Networks.Store;

namespace Semblance.Networks;

/// <summary>What to take from an ONNX file.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>
    /// Values that become the network's outputs under these names, in place of the file's own; what only others need is left out.
    /// Each is the name of an output, of any other tensor, of a node, or of a layer (what its weights' names begin with, as
    /// <c>features.18.0</c> for <c>features.18.0.weight</c>).
    /// </summary>
    public IReadOnlyList<string> UpTo { get; init; } = [];

    /// <summary>
    /// Everything that this value is computed from is frozen: no gradients, normalisations by their running statistics, no dropout.
    /// Named as in <see cref="UpTo"/>; null freezes nothing.
    /// </summary>
    public string? FreezeUpTo { get; init; }

    /// <summary>
    /// Shapes of inputs by name, in the engine's order of axes (<c>[1, 128, 128, 3]</c>), for files that leave a size open or to
    /// train at another size.
    /// </summary>
    public IReadOnlyDictionary<string, Shape> InputShapes { get; init; } = new Dictionary<string, Shape>(StringComparer.Ordinal);

    /// <summary>
    /// Leaves the large weights of convolutions in the file until they are needed: for inference with
    /// <see cref="RunOptions.FixedWeights"/>, which reads them once, layer by layer, and keeps what it makes of them. The file stays open as
    /// long as the network is alive and must not be changed. For imports by path.
    /// </summary>
    public bool WeightsOnDemand { get; init; }

    /// <summary>Of pictures, where the file leaves it open and <see cref="InputShapes"/> says nothing.</summary>
    internal (int Height, int Width)? PictureSize { get; init; }
}

/// <summary>
/// An ONNX file to a network with its weights, ready to be trained or run.
/// </summary>
/// <remarks>
/// Files are channels-first and the engine is channels-last: where each axis went is kept track of, so that no picture is moved but
/// where its elements are put in a row. Inputs and outputs with four axes are <c>[batch, height, width, channels]</c>, whatever the file
/// has. Parameters take the names of the file's initialisers, which for PyTorch are the names of its state. Convolutions and
/// normalisations take in the activation behind them. The time is that of reading the weights.
/// </remarks>
public static class OnnxImporter
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OnnxImportException">The file is damaged, or a node is not supported; it is named.</exception>
    public static Network Import(string path, OnnxImportOptions? options = null)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no ONNX model at '{path}'.", path);
        if (options is { WeightsOnDemand: true })
            return Import(() => LeanModelFile.Read(path), $"'{path}'", options);
        using var stream = File.OpenRead(path);
        return Import(() => (ModelProto.Parser.ParseFrom(stream), Nothing), $"'{path}'", options);
    }

    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="options">What to take; null takes all.</param>
    /// <exception cref="OnnxImportException">The file is damaged, or a node is not supported; it is named.</exception>
    public static Network Import(ReadOnlyMemory<byte> model, OnnxImportOptions? options = null)
        => Import(() => (ModelProto.Parser.ParseFrom(model.Span), Nothing), "The model", options);

    /// <summary>The network of a model folder or file as the store found it, for pictures of the size that its manifest says.</summary>
    /// <exception cref="ModelException">The model is not the file that its manifest describes.</exception>
    /// <exception cref="OnnxImportException">The file is damaged, or a node is not supported; it is named.</exception>
    public static Network Import(StoredModel model, OnnxImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsBareFile)
            ModelFile.Verify(model.NetworkPath, model.Manifest);
        options ??= new OnnxImportOptions();
        return Import(model.NetworkPath, options with { PictureSize = (model.Manifest.Input.Height, model.Manifest.Input.Width) });
    }

    private static Dictionary<int, FileFloats> Nothing => [];

    private static Network Import(Func<(ModelProto Model, IReadOnlyDictionary<int, FileFloats> InFile)> parse, string what, OnnxImportOptions? options)
    {
        try
        {
            var (model, inFile) = parse();
            return new GraphImport(model, inFile, options ?? new OnnxImportOptions()).Run();
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new OnnxImportException($"{what} is no ONNX file, or is damaged or cut short: {failure.Message}", failure);
        }
        catch (Exception failure) when (GraphImport.IsOfDamage(failure))
        {
            throw new OnnxImportException($"{what} is damaged in a way that has no better name: {failure.Message}", failure);
        }
    }
}
