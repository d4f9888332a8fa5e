using Semblance.Features.Preprocessing;
using Semblance.Features.Runtimes;
using Semblance.Features.Taps;
using Semblance.Imaging;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// A picture's vector from a network: each tap pooled, the taps L2-normalised, weighted and concatenated, the whole L2-normalised
/// where the manifest says so. Pictures go through the network in passes of as many as suit the runtime.
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
        _model = model;
        _threads = threads;
        Runtime = runtime;
        Description = Describe(model);
        _network = runtime == NetworkRuntime.Engine ? new EnginePictureNetwork(model) : new OnnxPictureNetwork(model, threads);
        _pixels = new PixelTensor(model.Manifest.Input with { Layout = _network.Layout });
    }

    public EmbedderDescription Description { get; }

    /// <summary>What runs the network; the vectors are interchangeable.</summary>
    public NetworkRuntime Runtime { get; }

    /// <summary>What the embedder of a model makes, from its manifest alone.</summary>
    /// <exception cref="ModelException">It embeds no pictures.</exception>
    public static EmbedderDescription Describe(StoredModel model)
    {
        var manifest = model.Manifest;
        if (manifest.Modality == Modality.Text)
            throw new ModelException($"'{model.Id}' takes in text; an embedder of pictures needs the modality 'picture' or 'sketch'.");
        var isFloat = manifest.Kind == SpaceKind.Float;
        return new EmbedderDescription(
            model.Id,
            ModelIdentity.OfNetwork(manifest),
            manifest.Kind,
            manifest.Modality,
            manifest.Dimension,
            isFloat ? Metric.Cosine : Metric.Hamming,
            new PictureNeeds(Math.Max(manifest.Input.Width, manifest.Input.Height)))
        {
            BenefitsFromWhitening = isFloat,
        };
    }

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var result = new Matrix(pictures.Count, Description.Dimension);
        var passes = (pictures.Count + _network.MostAtOnce - 1) / _network.MostAtOnce;
        if (_threads == 1 || passes == 1)
        {
            for (var pass = 0; pass < passes; pass++)
                Embed(pictures, pass * _network.MostAtOnce, result);
        }
        else
        {
            Parallel.For(0, passes, new ParallelOptions { MaxDegreeOfParallelism = _threads }, pass => Embed(pictures, pass * _network.MostAtOnce, result));
        }
        return result;
    }

    public void Dispose() => _network.Dispose();

    private void Embed(IReadOnlyList<Picture> pictures, int first, Matrix result)
    {
        var taps = _model.Manifest.Taps;
        var count = Math.Min(_network.MostAtOnce, pictures.Count - first);
        var starts = new int[count];
        _network.Run(
            count,
            (picture, pixels) => _pixels.Fill(pictures[first + picture], pixels),
            (picture, tap, values, shape) =>
            {
                var target = result.Row(first + picture);
                var length = (int)TapPooling.Channels(shape, _network.Layout);
                if (length < 1 || starts[picture] + length > target.Length)
                    throw WrongDimension(_model);
                var stretch = target.Slice(starts[picture], length);
                TapPooling.Pool(values, shape, _network.Layout, taps[tap], stretch);
                if (taps.Count > 1)
                    TapPooling.Normalise(stretch, (float)taps[tap].Weight);
                starts[picture] += length;
            });
        for (var picture = 0; picture < count; picture++)
        {
            if (starts[picture] != Description.Dimension)
                throw WrongDimension(_model);
            if (_model.Manifest.Normalise)
                TapPooling.Normalise(result.Row(first + picture));
        }
    }

    internal static ModelException WrongDimension(StoredModel model) => new($"The manifest of '{model.Id}' promises vectors of {model.Manifest.Dimension} numbers and its taps give another count; correct 'dimension' or 'taps' in its {ModelManifest.FileName}.");
}
