using System.Collections.Concurrent;
using Semblance.Networks;

namespace Semblance.Features.Runtimes;

/// <summary>
/// A network on the engine: its normalisations folded, its weights shared by as many runs as callers need at once. A run is kept for the
/// next caller; its memory is that of the largest layers. Every pass has room for <see cref="MostAtOnce"/> pictures, whether or not they
/// are there: layers are computed in another way for another number, which would hold their weights twice and round differently.
/// </summary>
internal sealed class EnginePictureNetwork : IPictureNetwork
{
    /// <summary>The last layers of a ResNet have more weights than a picture has values there: four pictures share the reading of them.</summary>
    private const int Usual = 4;

    private readonly Network _network;
    private readonly string _input;
    private readonly Tap[] _taps;
    private readonly ConcurrentBag<NetworkRun<float>> _idle = [];

    /// <exception cref="OnnxImportException">The engine lacks a layer of this network.</exception>
    public EnginePictureNetwork(StoredModel model)
    {
        _network = NetworkFolding.Fold(OnnxImporter.Import(model, new OnnxImportOptions { UpTo = [.. model.Manifest.Taps.Select(tap => tap.Output).Distinct()], WeightsOnDemand = true }));
        _input = _network.InputNames.Single();
        var run = First();
        _taps = [.. model.Manifest.Taps.Select(tap => new Tap(tap.Output, AxesOfOne(run.Output(tap.Output).Shape)))];
        _idle.Add(run);
    }

    /// <summary>The engine's own, whatever the file has.</summary>
    public TensorLayout Layout => TensorLayout.Nhwc;

    public int MostAtOnce { get; private set; } = Usual;

    public void Run(int count, FillPicture fill, ReadTap read)
    {
        if (!_idle.TryTake(out var run))
            run = Prepare();
        try
        {
            for (var picture = 0; picture < count; picture++)
                fill(picture, Part(run.Input(_input).Span, picture));
            run.Forward();
            for (var picture = 0; picture < count; picture++)
            {
                for (var i = 0; i < _taps.Length; i++)
                    read(picture, i, Part(run.Output(_taps[i].Output).Span, picture), _taps[i].Shape);
            }
        }
        finally
        {
            _idle.Add(run);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var run))
            run.Dispose();
    }

    private NetworkRun<float> First()
    {
        try
        {
            return Prepare();
        }
        catch (ShapeException)
        {
            // A file may fix its batch in the middle of the network.
            MostAtOnce = 1;
            return Prepare();
        }
    }

    private Span<float> Part(Span<float> all, int picture) => all.Slice(picture * (all.Length / MostAtOnce), all.Length / MostAtOnce);

    private NetworkRun<float> Prepare() => _network.Prepare(MostAtOnce, new RunOptions { Threads = 1, FixedWeights = true });

    private static long[] AxesOfOne(Shape shape) => [1, .. Enumerable.Range(1, shape.Rank - 1).Select(axis => (long)shape[axis])];

    private sealed record Tap(string Output, long[] Shape);
}
