using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Features;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Indexing from files to committed rows against the bare network loop on the same threads over the same pictures, decoded
/// beforehand. The two take turns, so that both feel the same load; each stage is then run alone to say where the rest goes.
/// </summary>
internal sealed class IngestVerb : IBenchmarkVerb
{
    public string Name => "ingest";

    public string Summary => "indexing end to end against the bare network loop (--pictures DIR[,DIR] [--limit N] [--threads T] [--rounds R])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--limit", "--threads", "--rounds");
        var threads = arguments.Number("--threads", Environment.ProcessorCount);
        var rounds = arguments.Number("--rounds", 3);
        var selection = PictureSelection.Of(arguments.Required("--pictures"), arguments.Number("--limit", int.MaxValue));
        using var folder = new TemporaryFolder();
        var copies = folder.Combine("pictures");
        PictureSelection.CopyTo(selection, copies);
        var pictures = Directory.GetFiles(copies).Order(StringComparer.Ordinal).ToArray();

        using var embedder = Embedders.Open(Embedders.DefaultId, ModelStore.Default, use: EmbedderUse.Many);
        var stages = new IngestStages(pictures, embedder, threads);
        var decoded = stages.DecodeAll();
        stages.Network(decoded[..Math.Min(decoded.Length, 16)]);
        WarmUp(selection, folder, threads);

        var (ends, bares, ratios, derives) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        Gallery? last = null;
        for (var round = 0; round < rounds; round++)
        {
            last?.Dispose();
            (last, var seconds, var derive) = IngestRounds.Run(copies, pictures.Length, folder.Combine($"gallery-{round}"), threads);
            var bare = stages.Network(decoded);
            ends.Add(pictures.Length / seconds);
            bares.Add(bare.PerSecond);
            ratios.Add(ends[^1] / bares[^1]);
            derives.Add(derive);
        }

        var table = new FigureTable(Name);
        table.Condition("pictures", pictures.Length);
        table.Condition("threads", threads);
        table.Condition("rounds", rounds);
        table.Condition("runtime", embedder is NetworkEmbedder network ? network.Runtime : "none");
        table.Add("end to end", ends, "images/s", "scan to last commit");
        table.Add("bare network loop", bares, "images/s", "decoded pictures in memory");
        table.Add("ratio", ratios, "", "target 0.90");
        table.Add("derive", derives, "s", "projection, index file, score scale; not in the rate");
        foreach (var (stage, time) in stages.Alone(decoded, last!, folder.Combine("commits")))
            table.Add($"alone: {stage}", time.ProcessorMilliseconds, "CPU ms/image");
        last!.Dispose();
        table.Print(arguments.Json);
        return 0;
    }

    private static void WarmUp(IReadOnlyList<string> selection, TemporaryFolder folder, int threads)
    {
        var few = folder.Combine("few");
        var count = Math.Min(selection.Count, 16);
        PictureSelection.CopyTo([.. selection.Take(count)], few);
        IngestRounds.Run(few, count, folder.Combine("gallery-few"), threads).Gallery.Dispose();
    }
}
