using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Features;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Indexing of large photos, where decoding weighs as much as the networks, against the rate that decoding alone and the
/// networks alone leave possible on the same threads: 1 / (1/decode + 1/network).
/// </summary>
internal sealed class LargeVerb : IBenchmarkVerb
{
    public string Name => "large";

    public string Summary => "indexing of 2 to 12 megapixel photos against what decode and network allow (--pictures DIR[,DIR] [--limit N] [--threads T] [--rounds R])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--limit", "--threads", "--rounds");
        var threads = arguments.Number("--threads", Environment.ProcessorCount);
        var rounds = arguments.Number("--rounds", 3);
        var large = LargePictures.Make(arguments.Required("--pictures"), arguments.Number("--limit", 500));
        var pictures = Directory.GetFiles(large).Order(StringComparer.Ordinal).ToArray();
        using var folder = new TemporaryFolder();

        using var embedder = Embedders.Open(Embedders.DefaultId, ModelStore.Default);
        var stages = new IngestStages(pictures, embedder, threads);
        // Also brings the files into the page cache.
        var decoded = stages.DecodeAll();
        stages.Network(decoded[..Math.Min(decoded.Length, 16)]);

        var (ends, decodes, networks, ratios) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        Gallery? last = null;
        for (var round = 0; round < rounds; round++)
        {
            last?.Dispose();
            (last, var seconds, _) = IngestRounds.Run(large, pictures.Length, folder.Combine($"gallery-{round}"), threads);
            ends.Add(pictures.Length / seconds);
            decodes.Add(stages.DecodeFiles().PerSecond);
            networks.Add(stages.Network(decoded).PerSecond);
            ratios.Add(ends[^1] * ((1 / decodes[^1]) + (1 / networks[^1])));
        }

        var table = new FigureTable(Name);
        table.Condition("pictures", pictures.Length);
        table.Condition("megabytes", pictures.Sum(path => new FileInfo(path).Length) >> 20);
        table.Condition("threads", threads);
        table.Condition("rounds", rounds);
        table.Add("end to end", ends, "images/s", "scan to last commit");
        table.Add("read and decode alone", decodes, "images/s");
        table.Add("network alone", networks, "images/s");
        table.Add("ratio to what both allow", ratios, "", "target 0.95");
        foreach (var (stage, time) in stages.Alone(decoded, last!, folder.Combine("commits")))
            table.Add($"alone: {stage}", time.ProcessorMilliseconds, "CPU ms/image");
        last!.Dispose();
        table.Print(arguments.Json);
        return 0;
    }
}
