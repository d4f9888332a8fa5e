using System.Buffers;
using Semblance.Features.Taps;
using Semblance.Networks;

namespace Semblance.Features.Runtimes;

/// <summary>A network on ONNX Runtime. Opening it is the check that manifest and network fit together.</summary>
internal sealed class OnnxPictureNetwork : IPictureNetwork
{
    private readonly StoredModel _model;
    private readonly ModelInput _input;
    private readonly OnnxSession _session;
    private readonly string _inputName;
    private readonly string[] _outputs;

    /// <param name="threads">Threads that share the work on one picture; with one, callers bring their own.</param>
    public OnnxPictureNetwork(StoredModel model, int threads)
    {
        _model = model;
        _input = model.Manifest.Input;
        _outputs = [.. model.Manifest.Taps.Select(tap => tap.Output)];
        _session = model.OpenSession(threads);
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

    public TensorLayout Layout => _input.Layout;

    /// <summary>On a CPU the activations of a single picture stay in the caches, which is as fast as batches, and memory does not grow with them.</summary>
    public int MostAtOnce => 1;

    public void Run(int count, FillPicture fill, ReadTap read)
    {
        var length = 3 * _input.Width * _input.Height;
        var rented = ArrayPool<float>.Shared.Rent(length);
        try
        {
            fill(0, rented.AsSpan(0, length));
            ReadOnlySpan<long> shape = Layout == TensorLayout.Nchw ? [1, 3, _input.Height, _input.Width] : [1, _input.Height, _input.Width, 3];
            using var results = _session.Run([OnnxTensor.Of<float>(_inputName, rented.AsMemory(0, length), shape)], _outputs);
            for (var i = 0; i < results.Count; i++)
                read(0, i, results[i].Span<float>(), results[i].Shape);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public void Dispose() => _session.Dispose();

    private string CheckFit()
    {
        if (_session.Inputs is not [{ Shape.Count: 4, ElementType: OnnxElementType.Float } input])
            throw new ModelException($"The network of '{_model.Id}' must take one picture as four-dimensional float32 and takes {string.Join(", ", _session.Inputs)}.");
        var (channels, height, width) = Layout == TensorLayout.Nchw ? (input.Shape[1], input.Shape[2], input.Shape[3]) : (input.Shape[3], input.Shape[1], input.Shape[2]);
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
            var length = TapPooling.Channels(output.Shape, Layout);
            open |= length < 0;
            dimension += Math.Max(length, 0);
        }
        return open || dimension == _model.Manifest.Dimension ? input.Name : throw NetworkEmbedder.WrongDimension(_model);
    }

    private static bool Fits(long declared, int wanted) => declared < 0 || declared == wanted;
}
