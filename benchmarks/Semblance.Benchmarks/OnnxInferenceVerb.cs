using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Semblance.Benchmarks.Figures;
using Semblance.Benchmarks.Training;
using Semblance.Natives;
using Semblance.Networks;
using Semblance.Networks.Onnx;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// An ONNX file of one picture input in the engine (weights on demand, folded, packed) against ONNX Runtime on the same file, in turns of
/// some passes in one process, with the time from the file to the first answer on either side. Without <c>--batch</c> and <c>--threads</c>
/// picture by picture and in batches of eight, with one thread and two, each in a process of its own.
/// </summary>
internal sealed class OnnxInferenceVerb : IBenchmarkVerb
{
    private const int WarmUp = 2;

    // Until spinning threads have gone to sleep.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public string Name => "onnx-inference";

    public string Summary => "an ONNX file (the default network) in the engine against ONNX Runtime ([--model FILE] [--batch B] [--threads T] [--turns N] [--layers N])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--model", "--batch", "--threads", "--turns", "--layers");
        if (arguments.Text("--batch") is not null && arguments.Text("--threads") is not null)
            return Measure(arguments);
        var code = 0;
        foreach (var batch in arguments.Text("--batch") is null ? [1, 8] : new[] { arguments.Number("--batch", 1) })
        {
            foreach (var threads in arguments.Text("--threads") is null ? [1, 2] : new[] { arguments.Number("--threads", 1) })
                code |= OwnProcess.Run(Name, ["--batch", batch.ToString(CultureInfo.InvariantCulture), "--threads", threads.ToString(CultureInfo.InvariantCulture), .. args]);
        }
        return code;
    }

    private int Measure(VerbArguments arguments)
    {
        var path = arguments.Text("--model") ?? NativeAssets.DefaultNetwork;
        var (batch, threads, turns) = (arguments.Number("--batch", 1), arguments.Number("--threads", 1), arguments.Number("--turns", 7));
        var passes = Math.Max(1, 8 / batch);
        var start = Environment.CpuUsage.TotalTime;
        var network = NetworkFolding.Fold(OnnxImporter.Import(path, new OnnxImportOptions { WeightsOnDemand = true }));
        using var run = network.Prepare(batch, new RunOptions { Threads = threads, FixedWeights = true });
        var input = run.Input(network.InputNames.Single());
        var random = new SeededRandom(1);
        foreach (ref var value in input.Span)
            value = random.NextInt(256) - 114;
        run.Forward();
        var ownStart = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        start = Environment.CpuUsage.TotalTime;
        using var session = new OnnxSession(WithBatch(path, batch), new OnnxSessionOptions { IntraOpThreads = threads });
        OnnxTensor[] pictures = [OnnxTensor.Of<float>(network.InputNames.Single(), Planes.Of(input), [batch, input.Shape[3], input.Shape[1], input.Shape[2]])];
        string[] output = [network.OutputNames.Single()];
        var cosine = Cosine(session, pictures, output, run);
        var peerStart = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        if (arguments.Text("--layers") is not null)
            run.Profile = new long[run.Plan.Steps.Count];
        var (own, peer) = (new Times(batch), new Times(batch));
        for (var turn = 0; turn < turns; turn++)
        {
            own.Take(passes, run.Forward);
            peer.Take(passes, () => session.Run(pictures, output).Dispose());
        }
        Report(arguments, path, threads, batch, own, peer, cosine, ownStart, peerStart);
        if (run.Profile is { } ticks)
            LayerTimes.Print(arguments.Json ? Console.Error : Console.Out, network, run.Plan, ticks, turns * (WarmUp + passes), arguments.Number("--layers", 20));
        return cosine >= 0.9999 ? 0 : 1;
    }

    private void Report(VerbArguments arguments, string path, int threads, int batch, Times own, Times peer, double cosine, double ownStart, double peerStart)
    {
        if (arguments.Json)
        {
            Console.WriteLine(new JsonObject
            {
                ["side"] = Name,
                ["model"] = Path.GetFileName(path),
                ["batch"] = batch,
                ["threads"] = threads,
                ["onnx_runtime"] = OnnxSession.RuntimeVersion,
                ["ratio"] = Math.Round(own.Wall.Median / peer.Wall.Median, 3),
                ["ratio_processor_time"] = Math.Round(own.Processor.Median / peer.Processor.Median, 3),
                ["semblance_ms_a_picture"] = Math.Round(own.Wall.Median, 2),
                ["onnx_runtime_ms_a_picture"] = Math.Round(peer.Wall.Median, 2),
                ["semblance_first_answer_ms"] = Math.Round(ownStart, 1),
                ["onnx_runtime_first_answer_ms"] = Math.Round(peerStart, 1),
                ["cosine"] = cosine,
            }.ToJsonString());
            return;
        }
        var table = new FigureTable(Name);
        table.Condition("model", Path.GetFileName(path));
        table.Condition("batch", batch);
        table.Condition("threads", threads);
        table.Condition("ONNX Runtime", OnnxSession.RuntimeVersion);
        table.Add("Semblance", own.WallTimes, "ms a picture");
        table.Add("ONNX Runtime", peer.WallTimes, "ms a picture");
        table.Add("ratio", own.Wall.Median / peer.Wall.Median, "", "of the medians");
        table.Add("Semblance, processor time", own.ProcessorTimes, "ms a picture");
        table.Add("ONNX Runtime, processor time", peer.ProcessorTimes, "ms a picture", threads > 1 ? "with what waiting threads spin" : "");
        table.Add("ratio, processor time", own.Processor.Median / peer.Processor.Median, "", "of the medians");
        table.Add("file to first answer, Semblance", ownStart, "ms", "processor time, with the compiler's");
        table.Add("file to first answer, ONNX Runtime", peerStart, "ms", "processor time");
        table.Add("cosine", cosine, "", "of the outputs, the smallest of a batch");
        table.Print(asJson: false);
    }

    // The file may fix its batch.
    private static byte[] WithBatch(string path, int batch)
    {
        var bytes = File.ReadAllBytes(path);
        if (batch == 1)
            return bytes;
        var model = ModelProto.Parser.ParseFrom(bytes);
        foreach (var value in model.Graph.Input.Concat(model.Graph.Output))
            value.Type.TensorType.Shape.Dim[0].DimValue = batch;
        return model.ToByteArray();
    }

    private static double Cosine(OnnxSession session, OnnxTensor[] pictures, string[] output, NetworkRun<float> run)
    {
        using var results = session.Run(pictures, output);
        var (theirs, ours) = (results[0].ToArray<float>(), run.Output(output[0]));
        var worst = 1.0;
        var length = theirs.Length / ours.Shape[0];
        for (var picture = 0; picture < ours.Shape[0]; picture++)
            worst = Math.Min(worst, System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(theirs.AsSpan(picture * length, length), ours.Span.Slice(picture * length, length)));
        return worst;
    }

    private sealed class Times(int batch)
    {
        public List<double> WallTimes { get; } = [];

        public List<double> ProcessorTimes { get; } = [];

        public Spread Wall => Spread.Of(WallTimes);

        public Spread Processor => Spread.Of(ProcessorTimes);

        public void Take(int passes, Action pass)
        {
            Thread.Sleep(s_pause);
            for (var i = -WarmUp; i < passes; i++)
            {
                var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                pass();
                if (i < 0)
                    continue;
                WallTimes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / batch);
                ProcessorTimes.Add((Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / batch);
            }
        }
    }
}
