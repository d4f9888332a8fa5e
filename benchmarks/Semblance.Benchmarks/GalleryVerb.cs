using System.Diagnostics;
using System.Diagnostics.Metrics;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Galleries;
using Semblance.Index;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// Searches by id in a process that stays, over a made-up gallery: beside the bare index and beside another build, in turns; statements to the truth a search;
/// filtered searches; the first use of a filter. Times are medians of many searches, each of another picture.
/// </summary>
internal sealed class GalleryVerb : IBenchmarkVerb
{
    private const int Rounds = 5;
    private const int WarmUp = 3000;

    /// <summary>So many searches make a gallery get ready in the background.</summary>
    private const int BeforeCopies = 5;

    public string Name => "gallery";

    public string Summary => "searches by id over a made-up gallery: [--pictures 50000] [--dimension 384] [--searches 1000] [--other OLD] [--keep DIR] [--filter-pictures 1000000]";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--pictures", "--dimension", "--searches", "--other", "--keep", "--filter-pictures");
        var pictures = arguments.Number("--pictures", 50_000);
        var dimension = arguments.Number("--dimension", 384);
        using var temporary = new TemporaryFolder();
        var folder = arguments.Text("--keep") ?? temporary.FullPath;
        var table = new FigureTable(Name);
        table.Condition("kernels", VectorMath.InstructionSet);
        table.Condition("pictures", pictures);
        table.Condition("dimension", dimension);
        Searches(table, folder, pictures, dimension, arguments.Number("--searches", 1000), arguments.Text("--other"));
        if (arguments.Text("--filter-pictures") is not null)
            Filters(table, folder, arguments.Number("--filter-pictures", 1_000_000));
        table.Print(arguments.Json);
        return 0;
    }

    private static void Searches(FigureTable table, string folder, int pictures, int dimension, int searches, string? other)
    {
        var now = new Side(new GalleryBuild(null), Made(Path.Combine(folder, "now"), pictures, dimension), pictures);
        using var kept = now;
        using var before = other is null ? null : new Side(new GalleryBuild(other), Made(Path.Combine(folder, "before"), pictures, dimension), pictures);
        var file = Directory.GetFiles(now.Folder, "*.index", SearchOption.AllDirectories).Single();
        using var index = VectorIndexes.Open(file);
        index.Warm();
        var options = new SearchOptions { TargetRecall = 0.98f };
        var random = new SeededRandom(7);
        var ids = Enumerable.Range(0, 2 * searches).Select(_ => 1L + random.NextInt(pictures)).Distinct().Take(searches).ToArray();
        foreach (var side in new[] { now, before }.OfType<Side>())
            Task.WaitAll([.. Enumerable.Range(0, WarmUp).Select(i => ids[i % ids.Length]).Select(id => side.Search(id, null)())]);

        table.Condition("index", index.Kind);
        List<double> bare = [], own = [], old = [], ten = [], few = [], oldTen = [], oldFew = [];
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(Median(ids, id => { index.SearchById(id, 10, options); return Task.CompletedTask; }));
            own.Add(now.Median(ids, null));
            ten.Add(now.Median(ids, MadeGallery.TenPercent));
            few.Add(now.Median(ids, MadeGallery.OneInAThousand));
            if (before is null)
                continue;
            old.Add(before.Median(ids, null));
            // Each of its filtered searches reads all pictures.
            oldTen.Add(before.Median(ids[..5], MadeGallery.TenPercent));
            oldFew.Add(before.Median(ids[..5], MadeGallery.OneInAThousand));
        }
        table.Add("bare index, by id", bare, "µs");
        table.Add("search by id", own, "µs");
        table.Add("search by id / bare index", own.Zip(bare, (a, b) => a / b), "×");
        table.Add("10 % pass / unfiltered", ten.Zip(own, (a, b) => a / b), "×");
        table.Add("0.1 % pass / unfiltered", few.Zip(own, (a, b) => a / b), "×");
        if (before is not null)
        {
            table.Add("search by id, other build", old, "µs");
            table.Add("search by id / other build", own.Zip(old, (a, b) => a / b), "×");
            table.Add("10 % pass, other build / unfiltered there", oldTen.Zip(old, (a, b) => a / b), "×");
            table.Add("0.1 % pass, other build / unfiltered there", oldFew.Zip(old, (a, b) => a / b), "×");
        }
        table.Add("statements a search", Statements(() => Task.WaitAll([.. ids.Take(100).Select(id => now.Search(id, null)())])) / 100.0, "");
    }

    private static void Filters(FigureTable table, string folder, int pictures)
    {
        var place = Made(Path.Combine(folder, "filters"), pictures, 0);
        using var gallery = Gallery.Open(place);
        table.Condition("filtered pictures", pictures);
        foreach (var text in new[] { MadeGallery.TenPercent, MadeGallery.OneInAThousand, "date:2016", "size:<1400KB", "-rating:5", "width:3000..3099 rating:5", "label:07" })
        {
            var filter = Filter.Parse(text);
            List<double> first = [], stream = [];
            var passing = 0;
            for (var round = 0; round < Rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                passing = gallery.Store.IdsWhere(filter.Root).Ids.Count;
                first.Add(watch.Elapsed.TotalMilliseconds);
                if (round > 0)
                    continue;
                watch.Restart();
                var streamed = gallery.Store.Items().LongCount(item => filter.Matches(item, []));
                stream.Add(watch.Elapsed.TotalMilliseconds);
                if (streamed != passing)
                    throw new InvalidOperationException($"'{text}' passes {passing} by look-up and {streamed} one by one.");
            }
            table.Add($"first use of {text} ({passing:N0} pass)", first, "ms");
            table.Add("  reading all pictures", stream, "ms");
        }
    }

    private static string Made(string folder, int pictures, int dimension)
    {
        if (!File.Exists(Path.Combine(folder, "gallery.db")))
            MadeGallery.Write(folder, pictures, dimension);
        return folder;
    }

    private static double Median(IReadOnlyList<long> ids, Func<long, Task> search)
    {
        var times = new List<double>(ids.Count);
        foreach (var id in ids)
        {
            var started = Stopwatch.GetTimestamp();
            search(id).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private static long Statements(Action work)
    {
        var count = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Meter.Name: "Semblance", Name: "semblance.store.statements" })
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref count, measurement));
        listener.Start();
        work();
        return count;
    }

    /// <summary>A build with a gallery of its own, whose index it has built.</summary>
    private sealed class Side : IDisposable
    {
        private readonly GalleryBuild _build;
        private readonly IDisposable _gallery;

        public Side(GalleryBuild build, string folder, int pictures)
        {
            (_build, Folder) = (build, folder);
            if (Directory.GetFiles(folder, "*.index", SearchOption.AllDirectories) is not [var only] || !Path.GetFileName(only).StartsWith("hnsw", StringComparison.Ordinal))
            {
                using var building = build.Open(folder, upkeep: true);
                build.Search(building, 1, null)().GetAwaiter().GetResult();
                while (!Directory.Exists(Path.Combine(folder, "spaces")) || !Directory.EnumerateFiles(Path.Combine(folder, "spaces"), "hnsw*.index", SearchOption.AllDirectories).Any())
                    Thread.Sleep(500);
                Thread.Sleep(2000);
            }
            // As in a process that stays: what every search touches is brought into memory of its own, and copies are known.
            _gallery = build.Open(folder, upkeep: true);
            for (var id = 1; id <= BeforeCopies; id++)
                build.Search(_gallery, id, null)().GetAwaiter().GetResult();
            Thread.Sleep(TimeSpan.FromSeconds(2) + (pictures * TimeSpan.FromMicroseconds(40)));
        }

        public string Folder { get; }

        public Func<Task> Search(long id, string? where) => _build.Search(_gallery, id, where);

        public double Median(long[] ids, string? where)
        {
            var searches = ids.ToDictionary(id => id, id => Search(id, where));
            return GalleryVerb.Median(ids, id => searches[id]());
        }

        public void Dispose() => _gallery.Dispose();
    }
}
