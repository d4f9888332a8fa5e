using Semblance.Numerics;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class SoftmaxCrossEntropyTests
{
    private static readonly double[] s_logits = [1.0, -2.0, 0.5, 3.0, 100.0, 0.0, -100.0, 2.0, 0.1, 0.2, 0.3, -0.4];

    // torch.nn.functional.cross_entropy(x, tensor([3, 1, 2]), label_smoothing=s) over the rows of s_logits in double, and x.grad; PyTorch 1.13.
    [Theory]
    [InlineData(0.0, 33.79056082303797, new[] { 0.03685125, 0.0018347157, 0.022351413, -0.061037379, 0.33333333, -0.33333333, 0, 0, 0.084750697, 0.093664005, -0.2298186, 0.051403896 })]
    [InlineData(0.1, 33.861394156371304, new[] { 0.028517917, -0.0064986176, 0.01401808, -0.036037379, 0.325, -0.30833333, -0.0083333333, -0.0083333333, 0.076417364, 0.085330672, -0.2048186, 0.043070563 })]
    public void Loss_and_derivative_are_those_of_PyTorch(double smoothing, double expected, double[] derivative)
    {
        var loss = new SoftmaxCrossEntropy { LabelSmoothing = smoothing };
        var gradient = new double[s_logits.Length];
        Assert.Equal(expected, loss.Compute<double>(s_logits, [3, 1, 2], gradient), 1e-10);
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(derivative[i], gradient[i], 1e-8);
        var single = new float[s_logits.Length];
        Assert.Equal(expected, loss.Compute<float>([.. s_logits.Select(value => (float)value)], [3, 1, 2], single), 1e-4);
        for (var i = 0; i < single.Length; i++)
            Assert.Equal(derivative[i], single[i], 1e-6);
    }

    [Theory]
    [InlineData(0.0, 10)]
    [InlineData(0.2, 37)]
    public void Derivative_is_that_of_central_differences(double smoothing, int classes)
    {
        const double Step = 1e-5;
        const int Rows = 5;
        var random = new SeededRandom(8);
        var loss = new SoftmaxCrossEntropy { LabelSmoothing = smoothing };
        var logits = Enumerable.Range(0, Rows * classes).Select(_ => 3 * random.NextGaussian()).ToArray();
        var labels = Enumerable.Range(0, Rows).Select(_ => random.NextInt(classes)).ToArray();
        var (gradient, unused) = (new double[logits.Length], new double[logits.Length]);
        Assert.Equal(Naive(logits, labels, smoothing), loss.Compute<double>(logits, labels, gradient), 1e-12);
        for (var i = 0; i < logits.Length; i++)
        {
            var (up, down) = (logits.ToArray(), logits.ToArray());
            up[i] += Step;
            down[i] -= Step;
            var numeric = (loss.Compute<double>(up, labels, unused) - loss.Compute<double>(down, labels, unused)) / (2 * Step);
            Assert.Equal(numeric, gradient[i], 1e-9);
        }
    }

    [Fact]
    public void Huge_logits_overflow_nothing()
    {
        var gradient = new float[4];
        Assert.Equal(0, new SoftmaxCrossEntropy().Compute<float>([3e38f, -3e38f, 0, 0], [0], gradient), 1e-6);
        Assert.All(gradient, value => Assert.Equal(0, value, 1e-6));
    }

    [Fact]
    public void Labels_and_outputs_that_do_not_fit_are_refused()
    {
        var loss = new SoftmaxCrossEntropy();
        Assert.Contains("label 4 of row 1", Assert.Throws<ArgumentException>(() => loss.Compute<float>(new float[8], [0, 4], new float[8])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => loss.Compute<float>(new float[7], [0, 1], new float[7]));
        Assert.Throws<ArgumentException>(() => loss.Compute<float>(new float[8], [0, 1], new float[7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxCrossEntropy { LabelSmoothing = 1 });
    }

    private static double Naive(double[] logits, int[] labels, double smoothing)
    {
        var classes = logits.Length / labels.Length;
        return labels.Select((label, row) =>
        {
            var values = logits[(row * classes)..((row + 1) * classes)];
            var total = values.Sum(Math.Exp);
            return values.Select((value, i) => -((i == label ? 1 - smoothing : 0) + smoothing / classes) * Math.Log(Math.Exp(value) / total)).Sum();
        }).Average();
    }
}
