using Semblance.Numerics;
using Xunit;

namespace Semblance.Learning.Tests;

/// <summary>
/// What every loss must pass: derivatives by outputs and by its own parameters against central differences in double precision, single
/// precision against double, and gradients overwritten, not added to.
/// </summary>
internal static class LossCheck
{
    private const double Step = 1e-5;

    public static void All(ILoss loss, int rows, int columns, int classes, double tolerance = 1e-8)
    {
        var random = new SeededRandom(12);
        var outputs = Enumerable.Range(0, rows * columns).Select(_ => random.NextGaussian()).ToArray();
        var labels = Enumerable.Range(0, rows).Select(row => row < classes ? row : random.NextInt(classes)).ToArray();
        var (gradient, unused) = (new double[outputs.Length], new double[outputs.Length]);
        var exact = new LossParameters<double>(loss.Parameters);
        // What was there before must not matter.
        gradient.AsSpan().Fill(7);
        foreach (var parameter in loss.Parameters)
            exact.Gradient(parameter).Fill(7);
        loss.Compute(outputs, labels, gradient, exact);
        var kept = loss.Parameters.Select(parameter => parameter.Values.ToArray()).ToArray();

        for (var i = 0; i < outputs.Length; i++)
            Compare("output", i, gradient[i], delta => At(outputs, i, delta, () => loss.Compute(outputs, labels, unused, new LossParameters<double>(loss.Parameters))));
        foreach (var parameter in loss.Parameters)
        {
            for (var i = 0; i < exact.Values(parameter).Length; i++)
            {
                Compare(parameter.Name, i, exact.Gradient(parameter)[i], delta =>
                {
                    var changed = new LossParameters<double>(loss.Parameters);
                    changed.Values(parameter)[i] += delta;
                    return loss.Compute(outputs, labels, unused, changed);
                });
            }
        }
        // Copies were changed, not the parameters.
        Assert.Equal(kept, loss.Parameters.Select(parameter => parameter.Values.ToArray()));

        var single = new float[outputs.Length];
        loss.Compute<float>([.. outputs.Select(value => (float)value)], labels, single);
        for (var i = 0; i < single.Length; i++)
            Assert.Equal(gradient[i], single[i], 1e-5);
        foreach (var parameter in loss.Parameters)
        {
            for (var i = 0; i < parameter.Gradient.Length; i++)
                Assert.Equal(exact.Gradient(parameter)[i], parameter.Gradient[i], 1e-5);
        }

        void Compare(string name, int element, double analytic, Func<double, double> evaluate)
        {
            var numeric = (evaluate(Step) - evaluate(-Step)) / (2 * Step);
            Assert.True(Math.Abs(numeric - analytic) <= tolerance, $"{name} [{element}]: {analytic} by the loss, {numeric} by differences");
        }
    }

    private static double At(double[] values, int place, double delta, Func<double> evaluate)
    {
        var before = values[place];
        values[place] += delta;
        var result = evaluate();
        values[place] = before;
        return result;
    }
}
