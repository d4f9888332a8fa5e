using System.Collections.Concurrent;
using Semblance.Networks;

namespace Semblance.Features.Runtimes;

/// <summary>
/// A network on the engine: its normalisations folded, its weights shared by as many runs as callers need at once. A run is kept for the
/// next caller; its memory is that of the largest layers.
/// </summary>
internal sealed class EnginePictureNetwork : IPictureNetwork
{
    private readonly Network _network;
    private readonly string _input;
    private readonly Tap[] _taps;
    private readonly ConcurrentBag<NetworkRun<float>> _idle = [];

    /// <exception cref="OnnxImportException">The engine lacks a layer of this network.</exception>
    public EnginePictureNetwork(StoredModel model)
    {
        _network = NetworkFolding.Fold(OnnxImporter.Import(model, new OnnxImportOptions { UpTo = [.. model.Manifest.Taps.Select(tap => tap.Output).Distinct()], WeightsOnDemand = true }));
        _input = _network.InputNames.Single();
        var run = Prepare();
        _taps = [.. model.Manifest.Taps.Select(tap => new Tap(tap.Output, Axes(run.Output(tap.Output).Shape)))];
        _idle.Add(run);
    }

    /// <summary>The engine's own, whatever the file has.</summary>
    public TensorLayout Layout => TensorLayout.Nhwc;

    public void Run(FillPicture fill, ReadTap read)
    {
        if (!_idle.TryTake(out var run))
            run = Prepare();
        fill(run.Input(_input).Span);
        run.Forward();
        for (var i = 0; i < _taps.Length; i++)
            read(i, run.Output(_taps[i].Output).Span, _taps[i].Shape);
        _idle.Add(run);
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var run))
            run.Dispose();
    }

    private NetworkRun<float> Prepare() => _network.Prepare(1, new RunOptions { Threads = 1, FixedWeights = true });

    private static long[] Axes(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)shape[axis])];

    private sealed record Tap(string Output, long[] Shape);
}
