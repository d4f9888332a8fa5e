using System.Diagnostics;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Benchmarks.Processes;
using Semblance.Imaging;

namespace Semblance.Benchmarks;

/// <summary>
/// Files to pixels of 256 on the short side, here and by libvips' own command <c>vipsthumbnail</c> with one thread per
/// process, all files in two processes a thread (wide and tall ones), start-up taken off, and uncompressed output into
/// memory-backed storage where there is some.
/// </summary>
internal sealed class DecodeVerb : IBenchmarkVerb
{
    private const int ShortSide = 256;

    public string Name => "decode";

    public string Summary => "decode rate against libvips' own command (--pictures DIR[,DIR] [--limit N] [--rounds R]; peer: benchmarks/peers/install.sh)";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--limit", "--rounds");
        var rounds = arguments.Number("--rounds", 5);
        var limit = arguments.Number("--limit", 500);
        var photos = arguments.Required("--pictures");
        var hasPeer = ChildProcess.Find("vipsthumbnail") is not null;
        if (!hasPeer)
            Console.Error.WriteLine("vipsthumbnail is not installed; run benchmarks/peers/install.sh for the comparison.");

        var table = new FigureTable(Name);
        table.Condition("short side", ShortSide);
        table.Condition("rounds", rounds);
        table.Condition("libvips here", PictureFormats.LibraryVersion);
        table.Condition("peer", hasPeer ? ChildProcess.Capture("vipsthumbnail", ["--vips-version"]).Trim() : "none");
        Measure(table, "shared photos", PictureSelection.Of(photos, limit), rounds, hasPeer);
        Measure(table, "large photos", Directory.GetFiles(LargePictures.Make(photos, limit)), rounds, hasPeer);
        table.Print(arguments.Json);
        return 0;
    }

    private static void Measure(FigureTable table, string set, IReadOnlyList<string> pictures, int rounds, bool hasPeer)
    {
        table.Condition($"{set},", $"{pictures.Count} files");
        // The command takes a width or a height, so that wide and tall pictures go in separate processes.
        var tall = pictures.ToLookup(path => PictureDecoder.Shared.DecodeFile(path, new DecodeOptions { MinimumSide = ShortSide }).Picture is { } picture && picture.Height > picture.Width);
        foreach (var threads in new[] { 1, 2 })
        {
            var (ours, peers, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                ours.Add(StageLoop.Run(pictures.Count, threads, i => PictureDecoder.Shared.DecodeFile(pictures[i], new DecodeOptions { MinimumSide = ShortSide })).PerSecond);
                if (!hasPeer)
                    continue;
                // Start-up, which is the same without pictures, is taken off.
                var peer = Peer([.. tall[false]], [.. tall[true]], threads) - Peer([], [], threads);
                peers.Add(pictures.Count / peer);
                ratios.Add(ours[^1] / peers[^1]);
            }
            table.Add($"{set}, {threads} thread(s), here", ours, "images/s");
            if (!hasPeer)
                continue;
            table.Add($"{set}, {threads} thread(s), vipsthumbnail", peers, "images/s");
            table.Add($"{set}, {threads} thread(s), ratio", ratios, "");
        }
    }

    private static double Peer(string[] wide, string[] tall, int processes)
    {
        var target = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"semblance-peer-{Environment.ProcessId}")).FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            var shares = Enumerable.Range(0, processes).Select(share => Task.Run(() =>
            {
                // A folder each: pictures of the same name would be written by two processes at once.
                var own = Directory.CreateDirectory(Path.Combine(target, $"{share}")).FullName;
                Thumbnails($"x{ShortSide}>", [.. wide.Where((_, i) => i % processes == share)], own);
                Thumbnails($"{ShortSide}x>", [.. tall.Where((_, i) => i % processes == share)], own);
            })).ToArray();
            Task.WaitAll(shares);
            return watch.Elapsed.TotalSeconds;
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static void Thumbnails(string size, string[] pictures, string target)
    {
        ChildProcess.Capture("vipsthumbnail", ["--size", size, "-o", $"{target}/%s.v", .. pictures], ("VIPS_CONCURRENCY", "1"));
    }
}
