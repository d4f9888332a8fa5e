using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Nodes;
using Semblance.Imaging;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Features.Runtimes;

/// <summary>
/// Which runtime is faster for a model on this machine: measured once with as many threads as the machine has, each with a picture of
/// its own, as an ingest runs them, and kept in <c>runtime.json</c> beside the model. Measured again when the processor, a library or
/// the model's settings change.
/// </summary>
internal static class RuntimeChoice
{
    public const string FileName = "runtime.json";

    /// <summary>For measurements and tests: <c>engine</c> or <c>onnxruntime</c> in place of the choice.</summary>
    public const string Variable = "SEMBLANCE_RUNTIME";

    /// <summary>Where the two differ by more, the engine is not asked.</summary>
    public const double LeastCosine = 0.9999;

    private const int Rounds = 3;

    /// <summary>The embedder on the faster runtime.</summary>
    public static NetworkEmbedder Open(StoredModel model, int threads)
    {
        if (Forced() is { } forced)
            return new NetworkEmbedder(model, threads, forced);
        var conditions = Conditions(model);
        if (Recorded(model, conditions) is { } recorded)
        {
            try
            {
                return new NetworkEmbedder(model, threads, recorded);
            }
            catch (OnnxImportException)
            {
                return new NetworkEmbedder(model, threads);
            }
        }
        var (chosen, facts) = Measure(model);
        Record(model, conditions, chosen, facts);
        return new NetworkEmbedder(model, threads, chosen);
    }

    public static NetworkRuntime? Forced() => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => null,
        var name => Named(name) ?? throw new ModelException($"{Variable} is '{name}'; it may be 'engine' or 'onnxruntime'."),
    };

    /// <summary>What was measured last under the same conditions; null where nothing was.</summary>
    public static NetworkRuntime? Recorded(StoredModel model) => Recorded(model, Conditions(model));

    private static (NetworkRuntime Chosen, JsonObject Facts) Measure(StoredModel model)
    {
        using var onnx = new NetworkEmbedder(model, threads: 1);
        NetworkEmbedder engine;
        try
        {
            engine = new NetworkEmbedder(model, threads: 1, NetworkRuntime.Engine);
        }
        catch (OnnxImportException failure)
        {
            return (NetworkRuntime.OnnxRuntime, new JsonObject { ["engine"] = "cannot run it: " + failure.Message });
        }
        using (engine)
        {
            var picture = Picture(model.Manifest.Input);
            var cosine = TensorPrimitives.CosineSimilarity(onnx.Embed([picture]).Row(0), engine.Embed([picture]).Row(0));
            // In turns, and the best of each: other programs only ever make one slower.
            var (ofOnnx, ofEngine) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var round = 0; round < Rounds; round++)
            {
                ofOnnx = Math.Min(ofOnnx, Milliseconds(onnx, picture));
                ofEngine = Math.Min(ofEngine, Milliseconds(engine, picture));
            }
            var chosen = ofEngine < ofOnnx && cosine >= LeastCosine ? NetworkRuntime.Engine : NetworkRuntime.OnnxRuntime;
            return (chosen, new JsonObject { ["engine_ms"] = Math.Round(ofEngine, 2), ["onnxruntime_ms"] = Math.Round(ofOnnx, 2), ["cosine"] = Math.Round(cosine, 6) });
        }
    }

    /// <summary>Of a few pictures on each of the machine's threads, per picture of a thread.</summary>
    private static double Milliseconds(NetworkEmbedder embedder, Picture picture)
    {
        Picture[] pictures = [picture, picture, picture, picture];
        using var start = new Barrier(Environment.ProcessorCount);
        var slowest = 0.0;
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            var watch = Stopwatch.StartNew();
            embedder.Embed(pictures);
            lock (start)
                slowest = Math.Max(slowest, watch.Elapsed.TotalMilliseconds);
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return slowest / pictures.Length;
    }

    /// <summary>Smooth colours with some noise: no network is faster on it than on a photo.</summary>
    private static Picture Picture(ModelInput input)
    {
        var random = new SeededRandom(1);
        var pixels = new byte[3 * input.Width * input.Height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 3 % input.Width, i / 3 / input.Width);
            pixels[i] = (byte)(128 + (60 * Math.Sin((x + (y * (i % 3))) / 20.0)) + random.NextInt(40));
        }
        return new Picture(input.Width, input.Height, pixels, new PictureFacts("none", input.Width, input.Height));
    }

    private static JsonObject Conditions(StoredModel model) => new()
    {
        ["model"] = ModelIdentity.OfNetwork(model.Manifest),
        ["processor"] = ProcessorName.Value,
        ["threads"] = Environment.ProcessorCount,
        ["onnxruntime"] = OnnxSession.RuntimeVersion,
        // The build of the engine: its version does not change with each change of a kernel.
        ["engine"] = typeof(Network).Module.ModuleVersionId.ToString(),
    };

    private static NetworkRuntime? Recorded(StoredModel model, JsonObject conditions)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(PathOf(model))) is JsonObject record && JsonNode.DeepEquals(record["measured_with"], conditions) ? Named(record["runtime"]?.GetValue<string>()) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void Record(StoredModel model, JsonObject conditions, NetworkRuntime chosen, JsonObject facts)
    {
        if (model.IsBareFile)
            return;
        var record = new JsonObject { ["runtime"] = NameOf(chosen), ["measured_with"] = conditions, ["measured"] = facts };
        var temporary = PathOf(model) + "." + Guid.NewGuid().ToString("N")[..8];
        try
        {
            File.WriteAllText(temporary, record.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
            File.Move(temporary, PathOf(model), overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A store that may only be read is measured at each long run.
        }
    }

    private static string PathOf(StoredModel model) => Path.Combine(model.Folder, FileName);

    private static string NameOf(NetworkRuntime runtime) => runtime == NetworkRuntime.Engine ? "engine" : "onnxruntime";

    private static NetworkRuntime? Named(string? name) => name switch
    {
        "engine" => NetworkRuntime.Engine,
        "onnxruntime" => NetworkRuntime.OnnxRuntime,
        _ => null,
    };
}
