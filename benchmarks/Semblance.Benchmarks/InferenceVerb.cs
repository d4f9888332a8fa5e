using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Training;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Time of a forward pass in inference, normalisations folded into the convolutions, against ONNX Runtime on the exported model, in turns
/// of some passes in one process: the threads of either side spin for a while after a pass, and would take cores from the other if
/// every pass were a turn. Without <c>--network</c> all networks with one thread and two, each in a process of its own.
/// </summary>
internal sealed class InferenceVerb : IBenchmarkVerb
{
    private const int WarmUp = 3;
    private const int Turns = 3;

    // Until spinning threads have gone to sleep.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public string Name => "inference";

    public string Summary => "forward pass against ONNX Runtime ([--network N --batch B --size S --classes C] [--threads T] [--passes N] [--layers N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--network", "--batch", "--size", "--classes", "--threads", "--passes", "--layers");
        if (arguments.Text("--network") is null)
            return RunAll(arguments, args);
        Measure(TimedNetwork.Of(arguments), arguments);
        return 0;
    }

    private int RunAll(VerbArguments arguments, string[] args)
    {
        string[][] threads = arguments.Text("--threads") is null ? [["--threads", "1"], ["--threads", "2"]] : [[]];
        var code = 0;
        foreach (var network in TimedNetwork.All)
        {
            foreach (var count in threads)
                code |= OwnProcess.Run(Name, ["--network", network.Name, "--batch", network.Batch.ToString(CultureInfo.InvariantCulture), "--size", network.Size.ToString(CultureInfo.InvariantCulture), .. count, .. args]);
        }
        return code;
    }

    private void Measure(TimedNetwork timed, VerbArguments arguments)
    {
        var threads = arguments.Number("--threads", 1);
        var passes = arguments.Number("--passes", 10);
        var trained = timed.Build();
        var network = NetworkFolding.Fold(trained);
        using var session = new OnnxSession(NetworkExporter.ToOnnx(trained), new OnnxSessionOptions { IntraOpThreads = threads });
        using var run = network.Prepare(timed.Batch, new RunOptions { Threads = threads, FixedWeights = true });
        timed.Fill(run);
        var input = OnnxTensor.Of<float>("input", Planes.Of(run.Input("input")), [timed.Batch, run.Input("input").Shape[3], timed.Size, timed.Size]);
        var ours = new List<double>();
        var theirs = new List<double>();
        if (arguments.Text("--layers") is not null)
            run.Profile = new long[run.Plan.Steps.Count];
        for (var turn = 0; turn < Turns; turn++)
        {
            Take(ours, passes, run.Forward);
            Take(theirs, passes, () => session.Run([input], ["logits"]).Dispose());
        }
        var (own, peer) = (Spread.Of(ours), Spread.Of(theirs));
        if (arguments.Json)
        {
            Console.WriteLine(new JsonObject
            {
                ["side"] = "inference",
                ["network"] = timed.Name,
                ["batch"] = timed.Batch,
                ["size"] = timed.Size,
                ["threads"] = threads,
                ["semblance_ms"] = Math.Round(own.Median, 2),
                ["onnx_runtime_ms"] = Math.Round(peer.Median, 2),
                ["onnx_runtime"] = OnnxSession.RuntimeVersion,
                ["ratio"] = Math.Round(own.Median / peer.Median, 3),
            }.ToJsonString());
            return;
        }
        var table = new FigureTable(Name);
        table.Condition("network", timed);
        table.Condition("threads", threads);
        table.Condition("ONNX Runtime", OnnxSession.RuntimeVersion);
        table.Add("Semblance", ours, "ms");
        table.Add("ONNX Runtime", theirs, "ms");
        table.Add("ratio", own.Median / peer.Median, "", "of the medians");
        table.Print(asJson: false);
        if (run.Profile is { } ticks)
            LayerTimes.Print(arguments.Json ? Console.Error : Console.Out, network, run.Plan, ticks, Turns * (WarmUp + passes), arguments.Number("--layers", 20));
    }

    private static void Take(List<double> times, int passes, Action pass)
    {
        Thread.Sleep(s_pause);
        for (var i = -WarmUp; i < passes; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pass();
            if (i >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
