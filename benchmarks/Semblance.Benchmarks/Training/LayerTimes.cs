using System.Diagnostics;
using System.Globalization;
using Semblance.Networks;
using Semblance.Networks.Execution;

namespace Semblance.Benchmarks.Training;

/// <summary>Where the time of a pass goes: by type of layer and direction, and the dearest single layers.</summary>
internal static class LayerTimes
{
    private sealed record Step(string Name, string Type, string Direction, string Shapes, double Milliseconds, double Operations);

    /// <param name="ticks">Timer ticks of each planned step, over <paramref name="passes"/> passes.</param>
    /// <param name="most">How many single layers are listed.</param>
    public static void Print(TextWriter output, Network network, ExecutionPlan plan, long[] ticks, int passes, int most)
    {
        var steps = plan.Steps.Select((step, i) => Describe(network, plan, step, Stopwatch.GetElapsedTime(0, ticks[i]).TotalMilliseconds / passes)).ToArray();
        var total = steps.Sum(step => step.Milliseconds);
        output.WriteLine($"{"type",-24} {"direction",-10} {"ms",9} {"share",7} {"GFLOP/s",9}");
        foreach (var group in steps.GroupBy(step => (step.Type, step.Direction)).OrderByDescending(group => group.Sum(step => step.Milliseconds)))
            PrintLine(output, $"{group.Key.Type,-24} {group.Key.Direction,-10}", group.Sum(step => step.Milliseconds), total, group.Sum(step => step.Operations));
        PrintLine(output, $"{"all",-24} {"",-10}", total, total, steps.Sum(step => step.Operations));
        output.WriteLine();
        foreach (var step in steps.OrderByDescending(step => step.Milliseconds).Take(most))
            PrintLine(output, $"{step.Name,-32} {step.Type,-22} {step.Direction,-9} {step.Shapes,-70}", step.Milliseconds, total, step.Operations);
    }

    private static void PrintLine(TextWriter output, string what, double milliseconds, double total, double operations)
        => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {milliseconds,9:0.000} {milliseconds / total,7:0.0%} {(operations > 0 ? operations / milliseconds / 1e6 : 0),9:0.0}"));

    private static Step Describe(Network network, ExecutionPlan plan, PlannedStep step, double milliseconds)
    {
        if (step.Node < 0)
            return new Step("", "memory", step.Kind.ToString(), "", milliseconds, 0);
        var node = network.Nodes[step.Node];
        var (layer, x, y) = (node.Layer, plan.ShapeOf(node.Inputs[0]), plan.ShapeOf(node.FirstOutput));
        var weight = layer is Convolution or Linear ? layer.Parameters[0].Shape : (Shape?)null;
        var operations = weight is { } w ? 2.0 * y.Rows * w.Length : 0;
        if (step.Kind == StepKind.Backward)
            operations *= step.InputGradients.Any(buffer => buffer is not null) ? 2 : 1;
        return new Step(layer.Name, TypeOf(layer, x), step.Kind.ToString(), $"{x} {(weight is { } shape ? $"* {shape} " : "")}-> {y}", milliseconds, operations);
    }

    private static string TypeOf(Layer layer, Shape x) => layer switch
    {
        Convolution convolution when convolution.Groups > 1 => convolution.Groups == x.Channels ? "Convolution depthwise" : "Convolution grouped",
        Convolution convolution => $"Convolution {convolution.KernelHeight}x{convolution.KernelWidth}",
        _ => layer.GetType().Name,
    };
}
