using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Training;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Time and memory of a training step: forward and backward pass with all parameters' gradients, without an optimiser. Without
/// <c>--network</c> all networks with one thread and two, each in a process of its own.
/// </summary>
internal sealed class TrainingStepVerb : IBenchmarkVerb
{
    private const int WarmUp = 5;

    public string Name => "training-step";

    public string Summary => "time and memory of a training step ([--network N --batch B --size S --classes C] [--threads T] [--steps N] [--recompute none|cheap] [--layers N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--network", "--batch", "--size", "--classes", "--threads", "--steps", "--recompute", "--layers");
        if (arguments.Text("--network") is null)
            return RunAll(arguments, args);
        var network = TimedNetwork.Of(arguments);
        Measure(network, arguments);
        return 0;
    }

    private int RunAll(VerbArguments arguments, string[] args)
    {
        string[] threads = arguments.Text("--threads") is null ? ["1", "2"] : [];
        var code = 0;
        foreach (var network in TimedNetwork.All)
        {
            string[] which = ["--network", network.Name, "--batch", Text(network.Batch), "--size", Text(network.Size)];
            if (threads.Length == 0)
                code |= OwnProcess.Run(Name, [.. which, .. args]);
            foreach (var count in threads)
                code |= OwnProcess.Run(Name, [.. which, "--threads", count, .. args]);
        }
        return code;
    }

    private void Measure(TimedNetwork timed, VerbArguments arguments)
    {
        var threads = arguments.Number("--threads", 1);
        var steps = arguments.Number("--steps", 10);
        var recompute = arguments.Text("--recompute") switch
        {
            null or "none" => Recompute.None,
            "cheap" => Recompute.Cheap,
            var other => throw new VerbUsageException($"--recompute takes none or cheap, not '{other}'."),
        };
        var before = PeakBytes();
        var network = timed.Build();
        using var run = network.Prepare(timed.Batch, new RunOptions { Training = true, Threads = threads, Recompute = recompute });
        timed.Fill(run);
        var gradient = new float[run.Output("logits").Span.Length];
        TimedNetwork.Normal(gradient, 3, 1.0 / timed.Batch);
        var forward = new List<double>();
        var whole = new List<double>();
        var processor = TimeSpan.Zero;
        for (var step = 0; step < WarmUp + steps; step++)
        {
            if (step == WarmUp)
            {
                run.Profile = arguments.Text("--layers") is null ? null : new long[run.Plan.Steps.Count];
                processor = Environment.CpuUsage.TotalTime;
            }
            var start = Stopwatch.GetTimestamp();
            run.Forward();
            var middle = Stopwatch.GetTimestamp();
            gradient.CopyTo(run.OutputGradient("logits").Span);
            run.Backward();
            var end = Stopwatch.GetTimestamp();
            forward.Add(Stopwatch.GetElapsedTime(start, middle).TotalMilliseconds);
            whole.Add(Stopwatch.GetElapsedTime(start, end).TotalMilliseconds);
        }
        processor = Environment.CpuUsage.TotalTime - processor;
        var (stepTime, forwardTime) = (Spread.Of(whole.Skip(WarmUp)), Spread.Of(forward.Skip(WarmUp)));
        if (arguments.Json)
        {
            Console.WriteLine(new JsonObject
            {
                ["side"] = recompute == Recompute.None ? "semblance" : "semblance, recomputing",
                ["network"] = timed.Name,
                ["batch"] = timed.Batch,
                ["size"] = timed.Size,
                ["threads"] = threads,
                ["steps"] = steps,
                ["step_ms"] = Math.Round(stepTime.Median, 2),
                ["step_min_ms"] = Math.Round(stepTime.Least, 2),
                ["forward_ms"] = Math.Round(forwardTime.Median, 2),
                ["processor_ms"] = Math.Round(processor.TotalMilliseconds / steps, 2),
                ["arena_bytes"] = run.ArenaBytes,
                ["peak_bytes"] = PeakBytes(),
                ["peak_before_bytes"] = before,
            }.ToJsonString());
        }
        else
        {
            var table = new FigureTable(Name);
            table.Condition("network", timed);
            table.Condition("threads", threads);
            table.Condition("steps", steps);
            table.Condition("recompute", recompute);
            table.Add("step", whole.Skip(WarmUp), "ms", "forward and backward");
            table.Add("forward", forward.Skip(WarmUp), "ms", "in training");
            table.Add("processor time", processor.TotalMilliseconds / steps, "ms", "a step, of all threads");
            table.Add("arena", run.ArenaBytes / 1e6, "MB", "activations and working memory");
            table.Add("peak", PeakBytes() / 1e6, "MB", string.Create(CultureInfo.InvariantCulture, $"resident; {before / 1e6:0} MB before"));
            table.Print(asJson: false);
        }
        if (run.Profile is { } ticks)
            LayerTimes.Print(arguments.Json ? Console.Error : Console.Out, network, run.Plan, ticks, steps, arguments.Number("--layers", 20));
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
