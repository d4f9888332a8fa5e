using System.Globalization;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Benchmarks.Training;

/// <summary>A network and a batch that are timed; the same as TIMED in <c>benchmarks/peers/training/networks.py</c>.</summary>
internal sealed record TimedNetwork(string Name, int Batch, int Size, int Classes)
{
    public static IReadOnlyList<TimedNetwork> All { get; } =
    [
        new("mobilenet-v2", 16, 128, 1000),
        new("mobilenet-v2", 32, 96, 1000),
        new("resnet-18", 16, 128, 1000),
        new("resnet-50", 8, 128, 1000),
        new("densenet-121", 8, 128, 1000),
        new("small-resnet", 128, 32, 10),
    ];

    /// <summary>One of <see cref="All"/>, or any architecture if batch and size are given.</summary>
    public static TimedNetwork Of(VerbArguments arguments)
    {
        var name = arguments.Required("--network");
        var usual = All.FirstOrDefault(known => known.Name == name) ?? new TimedNetwork(name, 8, 128, 1000);
        if (!Architectures.Names.Contains(name))
            throw new VerbUsageException($"--network takes one of {string.Join(", ", Architectures.Names)}, not '{name}'.");
        return usual with { Batch = arguments.Number("--batch", usual.Batch), Size = arguments.Number("--size", usual.Size), Classes = arguments.Number("--classes", usual.Classes) };
    }

    /// <summary>Without dropout, which PyTorch's side leaves out too.</summary>
    public Network Build() => Architectures.Build(Name, new ArchitectureOptions { Height = Size, Width = Size, Tokens = Size, Classes = Classes, Dropout = 0, Seed = 1 });

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Batch}x{Size}");

    /// <summary>Fills the run's input with normal numbers; token numbers are all 0 then.</summary>
    public void Fill(NetworkRun<float> run)
    {
        if (Name != "text")
            Normal(run.Input("input").Span, 2, 1);
    }

    public static void Normal(Span<float> values, long seed, double deviation)
    {
        var random = new SeededRandom(seed);
        foreach (ref var value in values)
            value = (float)(random.NextGaussian() * deviation);
    }
}
