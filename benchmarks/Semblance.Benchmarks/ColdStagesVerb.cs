using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Semblance.Features;
using Semblance.Imaging;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>The stages of one search in a process that has done nothing else yet, one line each; started by <see cref="ColdVerb"/>.</summary>
internal sealed class ColdStagesVerb : IBenchmarkVerb
{
    public const string Verb = "cold-stages";

    private long _mark;

    public string Name => Verb;

    /// <summary>Empty: the verb is for <see cref="ColdVerb"/> alone and is not listed.</summary>
    public string Summary => "";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--gallery", "--query");
        var folder = arguments.Required("--gallery");
        using (var self = Process.GetCurrentProcess())
            Print("process start to managed code", (DateTime.Now - self.StartTime).TotalMilliseconds);

        _mark = Stopwatch.GetTimestamp();
        using var gallery = Gallery.Open(folder);
        var space = gallery.Space ?? throw new VerbUsageException($"'{folder}' holds no pictures.");
        Stage("store open");
        var index = ExactVectorIndex.Open(Directory.GetFiles(Path.Combine(folder, "spaces", space.Name), "*.index").Single());
        Stage("index open");
        var projection = gallery.Store.LoadProjection(space.Id).Bytes;
        var whitening = projection is null ? null : NuisanceWhitening.Deserialize(projection);
        Stage("projection");
        var model = ModelStore.Default.Find(space.Model);
        Stage("model manifest");
        _ = OnnxSession.RuntimeVersion;
        Stage("load ONNX Runtime");
        using var network = new NetworkEmbedder(model);
        Stage($"session {model.Id}");
        var bytes = PictureFiles.Read(arguments.Required("--query")).Bytes!;
        gallery.Store.ItemByHash(Convert.ToHexStringLower(SHA256.HashData(bytes)), space.Id);
        Stage("read, hash, look-up");
        _ = PictureFormats.LibraryVersion;
        Stage("load libvips");
        var picture = PictureDecoder.Shared.Decode(bytes, new DecodeOptions { MinimumSide = network.Description.Needs.MinimumSide }).Picture!;
        Stage("decode");
        var raw = network.Embed([picture]);
        Stage("inference");
        var searched = whitening is null ? raw : whitening.Apply(raw);
        Stage("project");
        var hits = index.Search(searched.Row(0), 10);
        gallery.ItemsById([.. hits.Select(hit => hit.Id)]);
        Stage("search, look-up of hits");
        index.Dispose();
        return 0;
    }

    private void Stage(string name)
    {
        Print(name, Stopwatch.GetElapsedTime(_mark).TotalMilliseconds);
        _mark = Stopwatch.GetTimestamp();
    }

    private static void Print(string name, double milliseconds) => Console.WriteLine($"{name}\t{milliseconds.ToString("0.000", CultureInfo.InvariantCulture)}");
}
