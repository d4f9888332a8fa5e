using System.Diagnostics;
using System.Globalization;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Processes;

namespace Semblance.Benchmarks;

/// <summary>
/// A search as a person feels it: from the start of the process to its end, files in the page cache. Where the time goes is
/// measured in fresh processes of the benchmark itself (<see cref="ColdStagesVerb"/>), stage after stage, so the stages
/// add up to more than the command needs: it opens the networks, the index and the store side by side.
/// </summary>
internal sealed class ColdVerb : IBenchmarkVerb
{
    public string Name => "cold";

    public string Summary => "one search from process start to exit (--gallery DIR --query FILE [--runs N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--gallery", "--query", "--runs");
        var gallery = Path.GetFullPath(arguments.Required("--gallery"));
        var query = Path.GetFullPath(arguments.Required("--query"));
        var runs = arguments.Number("--runs", 15);
        var command = ChildProcess.Semblance();
        string[] search = ["search", query, "--gallery", gallery, "--format", "json"];

        var (searches, versions) = (new List<double>(), new List<double>());
        var stages = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        // The first of each fills the page cache and makes what is made once (the graph optimised for this processor).
        for (var run = -1; run < runs; run++)
        {
            var seconds = Timed(command, search);
            var runtime = Timed(command, ["--version"]);
            var lines = ChildProcess.Capture(Environment.ProcessPath!, [typeof(ColdVerb).Assembly.Location, ColdStagesVerb.Verb, "--gallery", gallery, "--query", query]);
            if (run < 0)
                continue;
            searches.Add(seconds);
            versions.Add(runtime);
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
            {
                if (!stages.TryGetValue(line[0], out var times))
                    stages[line[0]] = times = [];
                times.Add(double.Parse(line[1], CultureInfo.InvariantCulture));
            }
        }

        var table = new FigureTable(Name);
        table.Condition("runs", runs);
        table.Condition("page cache", "warm");
        table.Add("semblance search", searches.Select(s => s * 1e3), "ms", "process start to exit; target 700");
        table.Add("semblance --version", versions.Select(s => s * 1e3), "ms", "the runtime's own start and end");
        foreach (var (stage, times) in stages)
            table.Add($"stage alone: {stage}", times, "ms");
        table.Print(arguments.Json);
        return 0;
    }

    private static double Timed(string command, string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        ChildProcess.Capture(command, arguments);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
