using System.Diagnostics;
using System.Globalization;
using Semblance.Networks;
using Semblance.Numerics;

namespace Semblance.Benchmarks;

/// <summary>
/// ONNX files in the engine against ONNX Runtime on the same random pictures: the file as imported, folded for inference, and exported
/// again. Make files with <c>benchmarks/peers/training/export.py</c>.
/// </summary>
internal sealed class OnnxImportVerb : IBenchmarkVerb
{
    private const int Batch = 2;
    private const double Tolerance = 1e-4;

    public string Name => "onnx-import";

    public string Summary => "FILE…: networks from ONNX files, their outputs against ONNX Runtime's";

    public int Run(string[] args)
    {
        if (args.Length == 0)
            throw new VerbUsageException("name one or more ONNX files.");
        Console.WriteLine($"{"file",-34} {"parameters",11} {"layers",7} {"import s",9} {"engine",9} {"folded",9} {"again",9}   names");
        var worst = 0.0;
        foreach (var file in args)
        {
            try
            {
                worst = Math.Max(worst, Compare(file));
            }
            catch (OnnxImportException failure)
            {
                Console.WriteLine($"{Path.GetFileName(file),-34} {failure.Message}");
                worst = double.PositiveInfinity;
            }
        }
        return worst < Tolerance ? 0 : 1;
    }

    // The largest difference of an output, as a share of its largest magnitude.
    private static double Compare(string file)
    {
        var start = Stopwatch.GetTimestamp();
        var network = OnnxImporter.Import(file);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var folded = NetworkFolding.Fold(network);
        using var session = new OnnxSession(file);
        using var again = new OnnxSession(NetworkExporter.ToOnnx(network));
        double[] errors = [Difference(network, session), Difference(folded, session), Difference(network, again)];
        var count = network.Parameters.Sum(parameter => (long)parameter.Shape.Length);
        var names = string.Join(", ", network.Parameters.Select(parameter => parameter.Name).Where((_, i) => i < 2));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(file),-34} {count,11:N0} {network.Nodes.Count,7} {seconds,9:0.00} {errors[0],9:0.0e+00} {errors[1],9:0.0e+00} {errors[2],9:0.0e+00}   {names}, …"));
        return errors.Max();
    }

    private static double Difference(Network network, OnnxSession session)
    {
        using var run = network.Prepare(Batch, new RunOptions { Threads = 2 });
        var name = network.InputNames.Single();
        var input = run.Input(name);
        var random = new SeededRandom(1);
        foreach (ref var value in input.Span)
            value = (float)random.NextGaussian();
        run.Forward();
        var (height, width, channels) = (input.Shape[1], input.Shape[2], input.Shape[3]);
        var planes = new float[input.Span.Length];
        for (var i = 0; i < planes.Length; i++)
        {
            var (channel, pixel, picture) = (i % channels, i / channels % (height * width), i / channels / (height * width));
            planes[((picture * channels) + channel) * height * width + pixel] = input.Span[i];
        }
        using var results = session.Run([OnnxTensor.Of<float>(name, planes, Batch, channels, height, width)]);
        var worst = 0.0;
        for (var output = 0; output < results.Count; output++)
        {
            var expected = results[output].ToArray<float>();
            var actual = run.Output(results[output].Name);
            if (actual.Shape.Rank == 4)
                throw new InvalidOperationException($"The output '{results[output].Name}' is a feature map; export networks whose outputs are rows.");
            if (actual.Span.Length != expected.Length)
                throw new InvalidOperationException($"The output '{results[output].Name}' has {actual.Span.Length} elements in the engine and {expected.Length} in ONNX Runtime.");
            worst = Math.Max(worst, Difference(actual.Span, expected));
        }
        return worst;
    }

    // No number on either side counts as infinity.
    private static double Difference(ReadOnlySpan<float> actual, float[] expected)
    {
        var (largest, scale) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)actual[i] - expected[i]));
            scale = Math.Max(scale, Math.Abs((double)expected[i]));
        }
        var share = largest / Math.Max(scale, 1e-30);
        return double.IsNaN(share) ? double.PositiveInfinity : share;
    }
}
