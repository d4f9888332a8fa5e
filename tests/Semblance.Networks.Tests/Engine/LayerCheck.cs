using System.Numerics;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

/// <summary>
/// What every layer must pass: gradients of inputs and parameters against central differences in double precision, single
/// precision against double, two threads against one to the bit, gradients added where others have left theirs, and the exported
/// ONNX nodes against ONNX Runtime.
/// </summary>
internal static class LayerCheck
{
    public const double GradientTolerance = 1e-5;

    // A kink between the two points of a difference spoils it; a smaller step will hardly meet one too.
    private static readonly double[] s_steps = [1e-5, 1e-6, 1e-7];

    /// <summary>All checks for a layer between inputs of these shapes and an output each.</summary>
    /// <param name="make">Makes the layer; called several times, so that each check has its own.</param>
    /// <param name="fill">Fills input i; null draws normal numbers, which stay clear of kinks but for bad luck with the seed.</param>
    /// <param name="differentiates">Inputs that have a gradient; null for all (indexes have none).</param>
    public static void All(Func<Layer> make, Shape[] inputs, Action<int, Span<double>, SeededRandom>? fill = null, bool[]? differentiates = null, bool onnx = true, double onnxTolerance = 1e-4)
    {
        Gradients(Single(make(), inputs), fill, differentiates);
        SinglePrecision(Single(make(), inputs), fill, differentiates);
        Threads(Single(make(), inputs), fill, differentiates);
        Accumulates(make, inputs, fill, differentiates);
        if (onnx)
            Onnx(Single(make(), inputs), fill, onnxTolerance);
    }

    /// <summary>Inputs in0, in1 … into the layer, its outputs as out0, out1 …</summary>
    public static Network Single(Layer layer, params Shape[] inputs)
    {
        var network = new Network(seed: 3);
        var values = inputs.Select((shape, i) => network.Input($"in{i}", shape)).ToArray();
        var outputs = network.AddAll(layer, values);
        for (var i = 0; i < outputs.Count; i++)
            network.Output($"out{i}", outputs[i]);
        return network;
    }

    /// <summary>Gradients of a weighted sum of all outputs against central differences, element by element.</summary>
    public static void Gradients(Network network, Action<int, Span<double>, SeededRandom>? fill = null, bool[]? differentiates = null, RunOptions? options = null, int mostElements = 60, double tolerance = GradientTolerance)
    {
        options = (options ?? new RunOptions()) with { Training = true, InputGradients = true, Seed = 5 };
        // A fresh run for each evaluation: a layer with random numbers must draw the same ones.
        double Loss(Action<NetworkRun<double>> change)
        {
            using var probe = Prepare<double>(network, options, fill);
            change(probe);
            probe.Forward();
            return network.OutputNames.Select((name, i) => Dot(probe.Output(name).Span, Weights(i, probe.Output(name).Span.Length))).Sum();
        }

        using var run = Prepare<double>(network, options, fill);
        run.Forward();
        SetOutputGradients(network, run);
        run.Backward();
        for (var i = 0; i < network.InputNames.Count; i++)
        {
            if (differentiates is not null && !differentiates[i])
                continue;
            var name = network.InputNames[i];
            Compare($"input '{name}'", run.InputGradient(name).Span.ToArray(), (element, delta) => Loss(r => r.Input(name).Span[element] += delta), mostElements, tolerance);
        }
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
            Compare(parameter.Name, run.ParameterGradient(parameter).ToArray(), (element, delta) => Loss(r => r.ParameterValues(parameter)[element] += delta), mostElements, tolerance);
    }

    /// <summary>Outputs and gradients in single precision against double.</summary>
    /// <param name="floor">Errors are by the largest magnitude in their tensor, but at least by this share of the largest of all: some gradients, as of a shift in front of a normalisation, are zero but for rounding.</param>
    public static void SinglePrecision(Network network, Action<int, Span<double>, SeededRandom>? fill = null, bool[]? differentiates = null, double tolerance = 2e-4, double floor = 0)
    {
        var single = Results<float>(network, 1, fill, differentiates);
        var exact = Results<double>(network, 1, fill, differentiates);
        var least = floor * exact.Values.Max(values => values.Max(Math.Abs));
        foreach (var (name, values) in exact)
            Assert.True(RelativeError(single[name], values, least) < tolerance, $"{name}: single differs from double by {RelativeError(single[name], values, least):e2} of the largest");
    }

    /// <summary>Two threads give the bits of one.</summary>
    public static void Threads(Network network, Action<int, Span<double>, SeededRandom>? fill = null, bool[]? differentiates = null)
    {
        var one = Results<float>(network, 1, fill, differentiates);
        var two = Results<float>(network, 2, fill, differentiates);
        foreach (var (name, values) in one)
            Assert.True(values.AsSpan().SequenceEqual(two[name]), $"{name} depends on the number of threads");
    }

    /// <summary>Gradients are added to those that another layer has left for the same inputs, and to those of the batch before.</summary>
    public static void Accumulates(Func<Layer> make, Shape[] inputs, Action<int, Span<double>, SeededRandom>? fill = null, bool[]? differentiates = null)
    {
        const float Slope = 3;
        var alone = Results<double>(Single(make(), inputs), 1, fill, differentiates);
        var network = Single(make(), inputs);
        var outputs = network.OutputNames.Count;
        // Added later, so that the backward pass comes to them first.
        for (var i = 0; i < inputs.Length; i++)
            network.Output($"scaled{i}", network.Add(new Scale([Slope], [0]), network.ValueAt(network.Inputs[i].Value)));
        var shared = Results<double>(network, 1, fill, differentiates);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (differentiates is not null && !differentiates[i])
                continue;
            var key = "gradient of " + network.InputNames[i];
            var expected = alone[key].Zip(Weights(outputs + i, alone[key].Length), (own, weight) => own + Slope * weight).ToArray();
            Assert.True(RelativeError(shared[key], expected) < 1e-12, $"{key} is not added to what another layer has left");
        }

        using var run = Prepare<double>(network, new RunOptions { Training = true, InputGradients = true, Seed = 5 }, fill);
        for (var pass = 0; pass < 2 && network.Parameters.Any(parameter => parameter.Trainable); pass++)
        {
            run.Forward();
            SetOutputGradients(network, run);
            run.Backward(accumulate: pass > 0);
        }
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
        {
            var expected = alone["gradient of " + parameter.Name].Select(value => 2 * value).ToArray();
            Assert.True(RelativeError(run.ParameterGradient(parameter).ToArray(), expected) < 1e-12, $"gradient of {parameter.Name} is not added to that of the batch before");
        }
    }

    /// <summary>The exported model's outputs in ONNX Runtime against the engine's.</summary>
    public static void Onnx(Network network, Action<int, Span<double>, SeededRandom>? fill = null, double tolerance = 1e-4)
    {
        using var run = Prepare<float>(network, new RunOptions(), fill);
        run.Forward();
        using var session = new OnnxSession(NetworkExporter.ToOnnx(network));
        using var results = session.Run([.. network.InputNames.Select(name => OnnxTensor.Of(name, ToFile(run.Input(name), out var shape), shape))], [.. network.OutputNames]);
        for (var i = 0; i < results.Count; i++)
        {
            var name = results[i].Name;
            var expected = ToFile(run.Output(name), out _).ToArray();
            var error = RelativeError(results[i].ToArray<float>(), [.. expected.Select(value => (double)value)]);
            Assert.True(error < tolerance, $"{name}: ONNX Runtime differs by {error:e2} of the largest");
        }
    }

    /// <summary>Largest difference by the largest magnitude, which is taken to be at least <paramref name="least"/>.</summary>
    public static double RelativeError<T>(T[] actual, double[] expected, double least = 1e-6)
        where T : INumber<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = Math.Max(Math.Max(1e-6, least), expected.Max(Math.Abs));
        return actual.Zip(expected, (a, e) => Math.Abs(double.CreateChecked(a) - e)).Max() / largest;
    }

    private static Dictionary<string, T[]> Results<T>(Network network, int threads, Action<int, Span<double>, SeededRandom>? fill, bool[]? differentiates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var run = Prepare<T>(network, new RunOptions { Training = true, InputGradients = true, Threads = threads, Seed = 5 }, fill);
        run.Forward();
        var results = network.OutputNames.ToDictionary(name => name, name => run.Output(name).Span.ToArray());
        SetOutputGradients(network, run);
        run.Backward();
        for (var i = 0; i < network.InputNames.Count; i++)
        {
            if (differentiates is null || differentiates[i])
                results["gradient of " + network.InputNames[i]] = run.InputGradient(network.InputNames[i]).Span.ToArray();
        }
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
            results["gradient of " + parameter.Name] = run.ParameterGradient(parameter).ToArray();
        return results;
    }

    private static NetworkRun<T> Prepare<T>(Network network, RunOptions options, Action<int, Span<double>, SeededRandom>? fill)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var run = network.Prepare<T>([.. network.Inputs.Select(input => network.NominalShape(input.Value))], options);
        for (var i = 0; i < network.InputNames.Count; i++)
        {
            var random = new SeededRandom(17 + i);
            var values = new double[run.Input(network.InputNames[i]).Span.Length];
            if (fill is null)
            {
                foreach (ref var value in values.AsSpan())
                    value = (float)random.NextGaussian();
            }
            else
            {
                fill(i, values, random);
            }
            values.Select(T.CreateChecked).ToArray().CopyTo(run.Input(network.InputNames[i]).Span);
        }
        return run;
    }

    private static void SetOutputGradients<T>(Network network, NetworkRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < network.OutputNames.Count; i++)
        {
            var gradient = run.OutputGradient(network.OutputNames[i]).Span;
            Weights(i, gradient.Length).Select(T.CreateChecked).ToArray().CopyTo(gradient);
        }
    }

    private static double[] Weights(int output, int count)
    {
        var random = new SeededRandom(91 + output);
        return [.. Enumerable.Range(0, count).Select(_ => (double)(float)random.NextGaussian())];
    }

    private static void Compare(string what, double[] gradient, Func<int, double, double> loss, int mostElements, double tolerance)
    {
        var random = new SeededRandom(29);
        var elements = Enumerable.Range(0, gradient.Length).ToArray();
        random.Shuffle(elements.AsSpan());
        var scale = Math.Max(1e-3, gradient.Max(Math.Abs));
        foreach (var element in elements.Take(mostElements))
        {
            var numeric = s_steps.Select(step => (loss(element, step) - loss(element, -step)) / (2 * step)).FirstOrDefault(difference => Math.Abs(difference - gradient[element]) / scale < tolerance, double.NaN);
            Assert.False(double.IsNaN(numeric), $"{what}, element {element}: {gradient[element]} by the layer and {(loss(element, s_steps[0]) - loss(element, -s_steps[0])) / (2 * s_steps[0])} by differences (largest {scale})");
        }
    }

    private static double Dot(Span<double> values, double[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            sum += values[i] * weights[i];
        return sum;
    }

    /// <summary>Values in the order of the ONNX file: pictures channels-first.</summary>
    public static ReadOnlyMemory<float> ToFile(Tensor<float> tensor, out long[] shape)
    {
        var sizes = tensor.Shape;
        shape = [.. sizes.Select(size => (long)size)];
        if (sizes.Rank != 4)
            return tensor.Span.ToArray();
        var (n, h, w, c) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        shape = [n, c, h, w];
        var values = new float[tensor.Span.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (channel, pixel, picture) = (i % c, i / c % (h * w), i / c / (h * w));
            values[((picture * c + channel) * h * w) + pixel] = tensor.Span[i];
        }
        return values;
    }
}
