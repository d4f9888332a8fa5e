using System.Buffers;
using Semblance.Features.Preprocessing;
using Semblance.Features.Taps;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features;

/// <summary>
/// A picture's vector from a network: each tap pooled, the taps L2-normalised and concatenated, the whole L2-normalised
/// where the manifest says so. Pictures go through the network one at a time: on a CPU the activations of a single
/// picture stay in the caches, which is faster than batches, and memory does not grow with them.
/// </summary>
public sealed class NetworkEmbedder : IEmbedder
{
    private readonly StoredModel _model;
    private readonly ModelInput _input;
    private readonly int _threads;
    private readonly OnnxSession _session;
    private readonly PixelTensor _pixels;
    private readonly string _inputName;
    private readonly string[] _outputs;

    /// <summary>Opens a model folder.</summary>
    /// <param name="threads">Pictures of one call of <c>Embed</c> that are worked on at once; callers may add threads of their own.</param>
    /// <exception cref="ModelException">The folder is no model, or its manifest does not fit its network.</exception>
    /// <exception cref="OnnxException">ONNX Runtime cannot run the network.</exception>
    public NetworkEmbedder(string folder, int threads = 1)
        : this(StoredModel.Load(folder), threads)
    {
    }

    public NetworkEmbedder(StoredModel model, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        if (model.Manifest.Input is not { } input)
            throw new ModelException($"'{model.Id}' is an ensemble, not one network; open it as an ensemble.");
        if (model.Manifest is not { Kind: "float", Modality: not "text" })
            throw new ModelException($"'{model.Id}' makes {model.Manifest.Kind} vectors of {model.Manifest.Modality}; an embedder of pictures needs the kind 'float' and the modality 'picture' or 'sketch'.");
        _model = model;
        _input = input;
        _threads = threads;
        _pixels = new PixelTensor(input);
        _outputs = [.. model.Manifest.Taps.Select(tap => tap.Output)];
        Identity = new EmbedderIdentity(model.Id, ModelIdentity.OfNetwork(model.Manifest), model.Manifest.Dimension);
        _session = model.OpenSession();
        try
        {
            _inputName = CheckFit();
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public EmbedderIdentity Identity { get; }

    public int MinimumSide => Math.Max(_input.Width, _input.Height);

    public bool BenefitsFromWhitening => true;

    public Matrix Embed(IReadOnlyList<Picture> pictures)
    {
        var result = new Matrix(pictures.Count, Identity.Dimension);
        if (_threads == 1 || pictures.Count == 1)
        {
            for (var i = 0; i < pictures.Count; i++)
                Embed(pictures[i], result.Row(i));
        }
        else
        {
            Parallel.For(0, pictures.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, i => Embed(pictures[i], result.Row(i)));
        }
        return result;
    }

    public void Dispose() => _session.Dispose();

    private void Embed(Picture picture, Span<float> target)
    {
        var rented = ArrayPool<float>.Shared.Rent(_pixels.Length);
        try
        {
            _pixels.Fill(picture, rented.AsSpan(0, _pixels.Length));
            ReadOnlySpan<long> shape = _input.Layout == TensorLayout.Nchw ? [1, 3, _input.Height, _input.Width] : [1, _input.Height, _input.Width, 3];
            using var results = _session.Run([OnnxTensor.Of<float>(_inputName, rented.AsMemory(0, _pixels.Length), shape)], _outputs);
            var start = 0;
            for (var i = 0; i < results.Count; i++)
            {
                var output = results[i];
                var length = (int)TapPooling.Channels(output.Shape, _input.Layout);
                if (length < 1 || start + length > target.Length)
                    throw WrongDimension();
                var stretch = target.Slice(start, length);
                TapPooling.Pool(output.Span<float>(), output.Shape, _input.Layout, _model.Manifest.Taps[i], stretch);
                if (results.Count > 1)
                    TapPooling.Normalise(stretch);
                start += length;
            }
            if (start != target.Length)
                throw WrongDimension();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
        if (_model.Manifest.Normalise)
            TapPooling.Normalise(target);
    }

    private string CheckFit()
    {
        if (_session.Inputs is not [{ Shape.Count: 4, ElementType: OnnxElementType.Float } input])
            throw new ModelException($"The network of '{_model.Id}' must take one picture as four-dimensional float32 and takes {string.Join(", ", _session.Inputs)}.");
        var (channels, height, width) = _input.Layout == TensorLayout.Nchw ? (input.Shape[1], input.Shape[2], input.Shape[3]) : (input.Shape[3], input.Shape[1], input.Shape[2]);
        if (!Fits(channels, 3) || !Fits(height, _input.Height) || !Fits(width, _input.Width) || !Fits(input.Shape[0], 1))
            throw new ModelException($"The manifest of '{_model.Id}' feeds {_input.Width} x {_input.Height} RGB pictures one by one in the layout {_input.Layout}, and the network takes {input}; correct 'input' in its {ModelManifest.FileName}.");
        long dimension = 0;
        var open = false;
        foreach (var (tap, pooling) in _model.Manifest.Taps.Select(tap => (tap.Output, tap.Pooling)))
        {
            if (_session.Outputs.FirstOrDefault(o => o.Name == tap) is not { } output)
                throw new ModelException($"The manifest of '{_model.Id}' taps the output '{tap}' and the network offers {string.Join(", ", _session.Outputs)}.");
            if (output.ElementType != OnnxElementType.Float || output.Shape.Count is < 2 or > 4)
                throw new ModelException($"The output {output} of '{_model.Id}' cannot be a tap: a tap is float32 with two to four dimensions.");
            if (pooling == Pooling.Token && output.Shape.Count != 3)
                throw new ModelException($"The output {output} of '{_model.Id}' has no tokens; 'token' pools [n, tokens, d], and the others are avg, max and gem.");
            var length = TapPooling.Channels(output.Shape, _input.Layout);
            open |= length < 0;
            dimension += Math.Max(length, 0);
        }
        return open || dimension == Identity.Dimension ? input.Name : throw WrongDimension();
    }

    private static bool Fits(long declared, int wanted) => declared < 0 || declared == wanted;

    private ModelException WrongDimension() => new($"The manifest of '{_model.Id}' promises vectors of {Identity.Dimension} numbers and its taps give another count; correct 'dimension' or 'taps' in its {ModelManifest.FileName}.");
}
