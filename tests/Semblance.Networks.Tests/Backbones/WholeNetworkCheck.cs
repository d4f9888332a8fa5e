using Semblance.Numerics;
using Xunit;

namespace Semblance.Networks.Tests.Backbones;

/// <summary>Checks for networks that are too large to look at element by element.</summary>
internal static class WholeNetworkCheck
{
    // By how much the loss changes between the points of a difference, at most: so little that hardly a ReLU changes sides, while double
    // precision leaves eight digits of it.
    private const double Change = 1e-6;

    private const int SampledParameters = 10;

    /// <summary>
    /// The derivative of a weighted sum of all outputs along random unit vectors, one in the space of the input and of each of some
    /// parameters, against central differences in double precision, for a batch of eight.
    /// </summary>
    public static void Gradients(Network network, Action<Span<double>> fill, bool differentiatesInput = true)
    {
        var options = new RunOptions { Training = true, InputGradients = differentiatesInput };
        var shape = network.NominalShape(network.Inputs[0].Value).With(0, 8);
        using var run = network.Prepare<double>([shape], options);
        double Loss()
        {
            run.Forward();
            return network.OutputNames.Sum(name => Dot(run.Output(name).Span, Direction(run.Output(name).Span.Length, 7)));
        }

        fill(run.Input("input").Span);
        Loss();
        foreach (var name in network.OutputNames)
            Direction(run.OutputGradient(name).Span.Length, 7).CopyTo(run.OutputGradient(name).Span);
        run.Backward();
        if (differentiatesInput)
            Compare("the input", run.InputGradient("input").Span.ToArray(), run.Input("input").Span, Loss, 0);
        var trainable = network.Parameters.Where(parameter => parameter.Trainable).ToArray();
        var gradients = trainable.ToDictionary(parameter => parameter, parameter => run.ParameterGradient(parameter).ToArray());
        Assert.All(gradients, entry => Assert.Contains(entry.Value, value => value != 0));
        // Of a bias in front of a batch norm the gradient is zero but for rounding.
        var least = 1e-6 * gradients.Values.Max(gradient => Math.Sqrt(Dot(gradient, gradient)));
        // The first and the last, and others between them.
        for (var i = 0; i < Math.Min(SampledParameters, trainable.Length); i++)
        {
            var parameter = trainable[(int)((long)i * (trainable.Length - 1) / (Math.Min(SampledParameters, trainable.Length) - 1))];
            Compare(parameter.Name, gradients[parameter], run.ParameterValues(parameter), Loss, least);
        }
    }

    /// <summary>Running statistics and scales as after training; fresh ones are all 0 and 1, which would hide a swap.</summary>
    public static void SpreadStatistics(Network network)
    {
        var random = new SeededRandom(13);
        foreach (var parameter in network.Parameters.Where(parameter => parameter.IsBuffer || !parameter.Decays))
        {
            foreach (ref var value in parameter.Values)
                value += (float)(0.1 * random.NextDouble());
        }
    }

    private static void Compare(string what, double[] gradient, Span<double> values, Func<double> loss, double leastNorm)
    {
        var direction = Direction(values.Length, 19);
        var norm = Math.Max(leastNorm, Math.Sqrt(Dot(gradient, gradient)));
        var step = Math.Min(1e-6, Change / norm);
        var start = values.ToArray();
        Move(values, start, direction, step);
        var above = loss();
        Move(values, start, direction, -step);
        var below = loss();
        start.CopyTo(values);
        var numeric = (above - below) / (2 * step);
        Assert.True(Math.Abs(numeric - Dot(gradient, direction)) < 1e-5 * norm, $"{what}: {Dot(gradient, direction)} by the network and {numeric} by differences, of a gradient of length {norm}");
    }

    private static void Move(Span<double> values, double[] start, double[] direction, double step)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = start[i] + step * direction[i];
    }

    private static double[] Direction(int length, long seed)
    {
        var random = new SeededRandom(seed);
        var values = new double[length];
        foreach (ref var value in values.AsSpan())
            value = random.NextGaussian();
        var norm = Math.Sqrt(Dot(values, values));
        return [.. values.Select(value => value / norm)];
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => System.Numerics.Tensors.TensorPrimitives.Dot(a, b);
}
