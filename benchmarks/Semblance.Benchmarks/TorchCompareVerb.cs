using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Semblance.Benchmarks.Training;
using Semblance.Networks;

namespace Semblance.Benchmarks;

/// <summary>
/// Whole networks against PyTorch: outputs, all gradients and running statistics, with the weights and inputs that
/// <c>benchmarks/peers/training/reference.py</c> wrote. A difference is the largest of a tensor's elements by the largest magnitude
/// in it; no number counts as infinity. Both sides' single precision is also compared with PyTorch's double, which tells whose rounding it is.
/// </summary>
internal sealed class TorchCompareVerb : IBenchmarkVerb
{
    private const double Tolerance = 1e-4;

    private static readonly string[] s_roles = ["inference", "output", "gradient", "input_gradient", "buffer"];

    public string Name => "torch-compare";

    public string Summary => "outputs and gradients of whole networks against PyTorch (--reference FOLDER [--network NAME] [--threads T])";

    public int Run(string[] args)
    {
        var arguments = new VerbArguments(args, "--reference", "--network", "--threads");
        var folders = Directory.GetDirectories(arguments.Required("--reference")).Where(folder => arguments.Text("--network") is not { } only || Path.GetFileName(folder) == only).Order(StringComparer.Ordinal).ToArray();
        if (folders.Length == 0)
            throw new VerbUsageException("The folder holds no network; run benchmarks/peers/training/reference.py first.");
        if (!arguments.Json)
            Console.WriteLine($"{"network",-18} {"what",-15} {"tensors",7} {"difference",11} {"ours-exact",11} {"peer-exact",11} {"ours double",11}  worst tensor");
        var failures = 0;
        foreach (var folder in folders)
        {
            foreach (var row in Compare(new PeerReference(folder), arguments.Number("--threads", 1)))
            {
                failures += row.Difference < Tolerance ? 0 : 1;
                Print(row, arguments.Json);
            }
        }
        if (failures > 0)
            Console.Error.WriteLine($"{failures} differences are {Tolerance:0e0} or more.");
        return failures > 0 ? 1 : 0;
    }

    private sealed record Row(string Network, string Role, int Tensors, string Worst, double Difference, double OwnError, double PeerError, double OwnDoubleError);

    private static void Print(Row row, bool json)
    {
        if (!json)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Network,-18} {row.Role,-15} {row.Tensors,7} {row.Difference,11:0.0e0} {row.OwnError,11:0.0e0} {row.PeerError,11:0.0e0} {row.OwnDoubleError,11:0.0e0}  {row.Worst}"));
            return;
        }
        Console.WriteLine(new JsonObject
        {
            ["network"] = row.Network,
            ["what"] = row.Role,
            ["tensors"] = row.Tensors,
            ["worst"] = row.Worst,
            ["difference"] = Finite(row.Difference),
            ["own_error"] = Finite(row.OwnError),
            ["peer_error"] = Finite(row.PeerError),
            ["own_double_error"] = Finite(row.OwnDoubleError),
        }.ToJsonString());
    }

    // JSON has no infinity.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static IEnumerable<Row> Compare(PeerReference reference, int threads)
    {
        var single = Results<float>(reference, threads);
        var precise = Results<double>(reference, threads);
        foreach (var role in s_roles)
        {
            var rows = new List<Row>();
            var exact = reference.OfRole("exact_" + role).ToDictionary(tensor => tensor.Name, tensor => (Values: single[(role, tensor.Name)].Reorder(tensor), Tensor: tensor));
            if (exact.Count == 0)
                continue;
            var largest = exact.Values.Max(entry => Largest(entry.Values));
            foreach (var tensor in reference.OfRole(role))
            {
                var (truth, _) = exact[tensor.Name];
                // Zero in exact arithmetic, as the gradient of a bias in front of a batch norm: what is computed is rounding alone.
                if (Largest(truth) < 1e-8 * largest)
                    continue;
                var own = single[(role, tensor.Name)];
                var peer = own.Reorder(tensor);
                rows.Add(new Row(reference.Name, role, 0, tensor.Name, Difference(own.Values, peer), Difference(own.Values, truth), Difference(peer, truth), Difference(precise[(role, tensor.Name)].Values, truth)));
            }
            var worst = rows.MaxBy(row => row.Difference)!;
            yield return worst with { Tensors = rows.Count, OwnError = rows.Max(row => row.OwnError), PeerError = rows.Max(row => row.PeerError), OwnDoubleError = rows.Max(row => row.OwnDoubleError) };
        }
    }

    private sealed record Result(float[] Values, Func<PeerTensor, float[]> Reorder);

    /// <summary>What the network computes from the reference's weights, input and output gradient.</summary>
    private static Dictionary<(string Role, string Name), Result> Results<T>(PeerReference reference, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = Architectures.Build(reference.Architecture, reference.Options);
        var names = new PeerNames(network);
        var state = reference.OfRole("state").ToArray();
        if (state.Length != names.Count)
            throw new InvalidDataException($"{reference.Name}: PyTorch has {state.Length} parameters and statistics, the network here has {names.Count}.");
        foreach (var tensor in state)
            names.Reorder(tensor.Name, tensor.Shape, reference.Values(tensor)).CopyTo(names.Find(tensor.Name, tensor.Shape).Values);

        float[] Pictures(PeerTensor tensor) => PeerNames.ReorderPictures(tensor.Shape, reference.Values(tensor));
        float[] Weights(PeerTensor tensor) => names.Reorder(tensor.Name, tensor.Shape, reference.Values(tensor));
        var input = Pictures(reference.Single("input", "input"));
        Shape[] inputs = [Nominal(network).With(0, reference.Batch)];
        var results = new Dictionary<(string, string), Result>();
        using (var run = network.Prepare<T>(inputs, new RunOptions { Threads = threads }))
        {
            Copy(input, run.Input("input").Span);
            run.Forward();
            results[("inference", "logits")] = new Result(Copy(run.Output("logits").Span), Pictures);
        }
        using (var run = network.Prepare<T>(inputs, new RunOptions { Threads = threads, Training = true, InputGradients = reference.OfRole("input_gradient").Any() }))
        {
            Copy(input, run.Input("input").Span);
            run.Forward();
            results[("output", "logits")] = new Result(Copy(run.Output("logits").Span), Pictures);
            Copy(Pictures(reference.Single("output_gradient", "logits")), run.OutputGradient("logits").Span);
            run.Backward();
            foreach (var tensor in reference.OfRole("gradient"))
                results[("gradient", tensor.Name)] = new Result(Copy(run.ParameterGradient(names.Find(tensor.Name, tensor.Shape))), Weights);
            foreach (var tensor in reference.OfRole("input_gradient"))
                results[("input_gradient", tensor.Name)] = new Result(Copy(run.InputGradient("input").Span), Pictures);
            foreach (var tensor in reference.OfRole("buffer"))
                results[("buffer", tensor.Name)] = new Result(Copy(run.ParameterValues(names.Find(tensor.Name, tensor.Shape))), Weights);
        }
        return results;
    }

    private static Shape Nominal(Network network) => network.NominalShape(network.Inputs[0].Value);

    private static void Copy<T>(float[] values, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
            target[i] = T.CreateTruncating(values[i]);
    }

    private static float[] Copy<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new float[values.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = float.CreateTruncating(values[i]);
        return result;
    }

    private static double Difference(float[] values, float[] expected)
    {
        if (values.Length != expected.Length)
            throw new InvalidDataException($"A tensor has {values.Length} elements here and {expected.Length} in the reference.");
        var differences = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            differences[i] = (double)values[i] - expected[i];
        return Largest(differences) is var largest && double.IsFinite(largest) && Largest(expected) is var scale && double.IsFinite(scale)
            ? largest / Math.Max(scale, 1e-30)
            : double.PositiveInfinity;
    }

    /// <summary>Infinity where there is no number: comparisons would pass it over.</summary>
    private static double Largest<T>(IReadOnlyCollection<T> values)
        where T : IBinaryFloatingPointIeee754<T>
        => values.Any(T.IsNaN) ? double.PositiveInfinity : values.Max(value => double.CreateTruncating(T.Abs(value)));
}
