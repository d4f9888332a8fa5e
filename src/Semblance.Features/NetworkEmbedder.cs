using Semblance.Features.Preprocessing;
using Semblance.Features.Runtimes;
using Semblance.Features.Taps;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// A picture's vector from a network: each tap pooled, the taps L2-normalised, weighted and concatenated, the whole L2-normalised
/// where the manifest says so. Pictures go through the network one at a time: on a CPU the activations of a single
/// picture stay in the caches, which is faster than batches, and memory does not grow with them.
/// </summary>
public sealed class NetworkEmbedder : IEmbedder
{
    private readonly StoredModel _model;
    private readonly int _threads;
    private readonly IPictureNetwork _network;
    private readonly PixelTensor _pixels;

    /// <summary>Opens a model folder.</summary>
    /// <param name="threads">
    /// Of one call of <c>Embed</c>: pictures that are worked on at once and, on ONNX Runtime, threads that share the work on a single one.
    /// Callers may add threads of their own.
    /// </param>
    /// <exception cref="ModelException">The folder is no model, or its manifest does not fit its network.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run the network.</exception>
    public NetworkEmbedder(string folder, int threads = 1)
        : this(StoredModel.Load(folder), threads)
    {
    }

    /// <inheritdoc cref="NetworkEmbedder(string, int)"/>
    /// <exception cref="OnnxImportException">The engine is asked for and cannot run the network.</exception>
    public NetworkEmbedder(StoredModel model, int threads = 1, NetworkRuntime runtime = NetworkRuntime.OnnxRuntime)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (model.Manifest is not { Kind: "float", Modality: not "text" })
            throw new ModelException($"'{model.Id}' makes {model.Manifest.Kind} vectors of {model.Manifest.Modality}; an embedder of pictures needs the kind 'float' and the modality 'picture' or 'sketch'.");
        _model = model;
        _threads = threads;
        Runtime = runtime;
        Identity = new EmbedderIdentity(model.Id, ModelIdentity.OfNetwork(model.Manifest), model.Manifest.Dimension);
        _network = runtime == NetworkRuntime.Engine ? new EnginePictureNetwork(model) : new OnnxPictureNetwork(model, threads);
        _pixels = new PixelTensor(model.Manifest.Input with { Layout = _network.Layout });
    }

    public EmbedderIdentity Identity { get; }

    /// <summary>What runs the network; the vectors are interchangeable.</summary>
    public NetworkRuntime Runtime { get; }

    public int MinimumSide => Math.Max(_model.Manifest.Input.Width, _model.Manifest.Input.Height);

    public bool BenefitsFromWhitening => true;

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var result = new Matrix(pictures.Count, Identity.Dimension);
        if (_threads == 1 || pictures.Count == 1)
        {
            for (var i = 0; i < pictures.Count; i++)
                Embed(pictures[i], result, i);
        }
        else
        {
            Parallel.For(0, pictures.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, i => Embed(pictures[i], result, i));
        }
        return result;
    }

    public void Dispose() => _network.Dispose();

    private void Embed(Picture picture, Matrix result, int row)
    {
        var taps = _model.Manifest.Taps;
        var start = 0;
        _network.Run(
            pixels => _pixels.Fill(picture, pixels),
            (tap, values, shape) =>
            {
                var target = result.Row(row);
                var length = (int)TapPooling.Channels(shape, _network.Layout);
                if (length < 1 || start + length > target.Length)
                    throw WrongDimension(_model);
                var stretch = target.Slice(start, length);
                TapPooling.Pool(values, shape, _network.Layout, taps[tap], stretch);
                if (taps.Count > 1)
                    TapPooling.Normalise(stretch, (float)taps[tap].Weight);
                start += length;
            });
        if (start != Identity.Dimension)
            throw WrongDimension(_model);
        if (_model.Manifest.Normalise)
            TapPooling.Normalise(result.Row(row));
    }

    internal static ModelException WrongDimension(StoredModel model) => new($"The manifest of '{model.Id}' promises vectors of {model.Manifest.Dimension} numbers and its taps give another count; correct 'dimension' or 'taps' in its {ModelManifest.FileName}.");
}
