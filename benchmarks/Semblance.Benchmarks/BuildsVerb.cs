using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Pictures;
using Semblance.Benchmarks.Processes;

namespace Semblance.Benchmarks;

/// <summary>
/// This build's command against another build's, in turns in one run: indexing (its own rate, which ends with the last picture; that of the
/// whole command, with what is fitted and built after it; peak memory), and a search by a picture of the
/// gallery and by a new file, each from process start to exit. Each build has a store of models of its own, filled by a run that does
/// not count. Linux.
/// </summary>
internal sealed class BuildsVerb : IBenchmarkVerb
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    public string Name => "builds";

    public string Summary => "this build against another: indexing, memory, cold searches (--other COMMAND --pictures DIR[,DIR] [--limit N] [--threads T] [--rounds R] [--runs N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--other", "--pictures", "--limit", "--threads", "--rounds", "--runs");
        ProcessMemory.Require();
        var threads = arguments.Number("--threads", Environment.ProcessorCount);
        var rounds = arguments.Number("--rounds", 3);
        var runs = arguments.Number("--runs", 20);
        var selection = PictureSelection.Of(arguments.Required("--pictures"), arguments.Number("--limit", 600));
        using var folder = new TemporaryFolder();
        var pictures = folder.Combine("pictures");
        // The last is not indexed: it is the new file to search by.
        PictureSelection.CopyTo([.. selection.SkipLast(1)], pictures);
        Build[] builds = [new("other", Path.GetFullPath(arguments.Required("--other")), folder, pictures, threads), new("this", ChildProcess.Semblance(), folder, pictures, threads)];

        for (var round = -1; round < rounds; round++)
        {
            foreach (var build in builds)
                build.Index(round);
        }
        var queries = new (string Name, string Query)[] { ("search by id", "id:1"), ("search by a new file", selection[^1]) };
        for (var run = -1; run < runs; run++)
        {
            foreach (var (name, query) in queries)
            {
                foreach (var build in builds)
                    build.Search(name, query, counts: run >= 0);
            }
        }

        var table = new FigureTable(Name);
        table.Condition("pictures", selection.Count - 1);
        table.Condition("threads", threads);
        table.Condition("rounds", rounds);
        table.Condition("runs", runs);
        foreach (var (what, unit) in new[] { ("indexing", "images/s"), ("indexing, start to exit", "images/s"), ("indexing, peak memory", "MB"), ("search by id", "ms"), ("search by a new file", "ms") })
        {
            foreach (var build in builds)
                table.Add($"{what}: {build.Name}", build.Figures[what], unit);
            table.Add($"{what}: this / other", Spread.Of(builds[1].Figures[what]).Median / Spread.Of(builds[0].Figures[what]).Median, "", "of the medians");
        }
        table.Print(arguments.Json);
        return 0;
    }

    private sealed class Build(string name, string command, TemporaryFolder folder, string pictures, int threads)
    {
        private readonly (string, string) _home = ("SEMBLANCE_HOME", folder.Combine("home-" + name));
        private string _gallery = "";

        public string Name => name;

        public Dictionary<string, List<double>> Figures { get; } = new(StringComparer.Ordinal);

        /// <param name="round">Below 0 it does not count.</param>
        public void Index(int round)
        {
            _gallery = folder.Combine($"gallery-{name}-{round}");
            var start = Stopwatch.GetTimestamp();
            using var process = ChildProcess.Start(command, ["index", pictures, "--gallery", _gallery, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--no-progress", "--format", "json"], _home);
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            var peak = 0.0;
            while (!process.WaitForExit(s_interval))
                peak = Math.Max(peak, ProcessMemory.Peak(process.Id) ?? 0);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"'{command} index' ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
            if (round < 0)
                return;
            var report = JsonNode.Parse(output.GetAwaiter().GetResult())!;
            Add("indexing", report["images_per_second"]!.GetValue<double>());
            Add("indexing, start to exit", report["added"]!.GetValue<double>() / Stopwatch.GetElapsedTime(start).TotalSeconds);
            Add("indexing, peak memory", peak);
        }

        public void Search(string what, string query, bool counts)
        {
            var start = Stopwatch.GetTimestamp();
            ChildProcess.Capture(command, ["search", query, "--gallery", _gallery, "--format", "json"], _home);
            if (counts)
                Add(what, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        private void Add(string what, double value)
        {
            if (!Figures.TryGetValue(what, out var values))
                Figures[what] = values = [];
            values.Add(value);
        }
    }
}
