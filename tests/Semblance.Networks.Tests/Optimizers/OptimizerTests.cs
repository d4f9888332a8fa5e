using Semblance.Networks.Kernels;
using Semblance.Numerics;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Networks.Tests.Optimizers;

public sealed class OptimizerTests
{
    private const double Tolerance = 2e-5;

    private static readonly double[] s_start = [0.5, -1.25, 2.0, -0.1, 0.75];

    // PyTorch's values after 1, 10 and 50 steps from s_start, in double precision, with the gradients of Gradient(): torch.optim of 1.13,
    //   p.grad = tensor([sin(0.7*t+i)*(1+0.1*i)+0.05*p[i] for i in range(5)]) for t = 1, 2 …; o.step()
    public static TheoryData<string, double[][]> TorchValues => new()
    {
        // SGD(p, 0.1)
        { "sgd", [[0.433078231, -1.352833129, 1.938714414, -0.030621302, 0.886239256], [0.414994339, -1.298852352, 1.845262205, -0.031830977, 0.853424416], [0.180640422, -0.963029386, 1.818469063, 0.217043395, 0.621403711]] },
        // SGD(p, 0.1, weight_decay=0.01)
        { "sgd, decay", [[0.432578231, -1.351583129, 1.936714414, -0.030521302, 0.885489256], [0.411399978, -1.286676789, 1.825165473, -0.032458246, 0.845692931], [0.166882718, -0.913640749, 1.737738891, 0.213714461, 0.589603114]] },
        // SGD(p, 0.1, momentum=0.9, weight_decay=0.01)
        { "momentum", [[0.432578231, -1.351583129, 1.936714414, -0.030521302, 0.885489256], [-0.236809712, -1.069609319, 2.137306031, 0.770563961, 0.849224427], [-0.260930356, -0.097521367, -0.05103823, 0.295216839, 0.207360266]] },
        // SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
        { "nesterov", [[0.371898639, -1.443007945, 1.879757387, 0.032009527, 1.007429587], [-0.201398961, -1.115344389, 1.92831905, 0.688259693, 0.908833342], [-0.343310905, -0.065886167, 0.15364232, 0.431516191, 0.181011619]] },
        // Adam(p, 0.05, weight_decay=0.01)
        { "adam", [[0.450000001, -1.3, 1.950000001, -0.050000001, 0.8], [0.278799017, -1.321362806, 2.008463342, 0.122281334, 0.858565016], [0.16838012, -1.157392407, 1.776000919, 0.176692125, 0.795999109]] },
        // AdamW(p, 0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)
        { "adamw", [[0.447500075, -1.293749951, 1.940000082, -0.049500072, 0.796249963], [0.30867058, -1.237120861, 1.906464604, 0.073940744, 0.789892759], [0.157579772, -0.920917899, 1.413589379, 0.117066834, 0.622841896]] },
        // RMSprop(p, 0.02, weight_decay=0.01)
        { "rmsprop", [[0.30000003, -1.44999998, 1.800000032, 0.099999971, 0.949999985], [0.207035406, -1.351384668, 1.89652262, 0.198656447, 0.904054761], [0.080082353, -1.131526081, 1.867875233, 0.302199742, 0.780249869]] },
        // RMSprop(p, 0.02, alpha=0.9, eps=1e-3, centered=True, momentum=0.8)
        { "rmsprop, centred, momentum", [[0.43366375, -1.316451265, 1.933693973, -0.033652105, 0.816503953], [0.004675277, -1.344324587, 2.066630895, 0.439776259, 0.921702933], [-0.172151737, -1.087994403, 1.68250933, 0.537460267, 0.836907176]] },
    };

    public static TheoryData<string> Names => [.. TorchValues.Select(row => row.Data.Item1), "rmsprop, momentum", "rmsprop, centred"];

    [Theory]
    [MemberData(nameof(TorchValues))]
    public void Steps_are_those_of_PyTorch(string name, double[][] expected)
    {
        var parameter = New("p.weight", s_start);
        var optimizer = Make(name, [new ParameterGroup([parameter])]);
        var at = 0;
        for (var step = 1; step <= 50; step++)
        {
            SetGradient(parameter, step);
            optimizer.Step();
            if (step is not (1 or 10 or 50))
                continue;
            AssertClose(expected[at++], parameter.Values, $"{name}, step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_are_those_of_the_equations_at_any_length_and_number_of_threads(string name)
    {
        // Lengths around the widest vector, and one of more than a piece.
        int[] lengths = [1, 15, 16, 17, 33, 70_001];
        Parameter[] Fresh() => [.. lengths.Select((length, i) => New($"p{i}.weight", [.. Enumerable.Range(0, length).Select(j => s_start[j % 5] * (1 + 0.01 * (j % 7)))]))];
        var alone = Fresh();
        var shared = Fresh();
        var naive = new NaiveOptimizer(name, alone.Sum(parameter => parameter.Values.Length));
        var expected = alone.SelectMany(parameter => parameter.Values.ToArray()).Select(value => (double)value).ToArray();
        using var team = new WorkerTeam(2);
        var (one, two) = (Make(name, [new ParameterGroup(alone)]), Make(name, [new ParameterGroup(shared)]));
        for (var step = 1; step <= 50; step++)
        {
            var gradients = new List<double>();
            for (var i = 0; i < lengths.Length; i++)
            {
                SetGradient(alone[i], step);
                alone[i].Gradient.CopyTo(shared[i].Gradient);
                gradients.AddRange(alone[i].Gradient.ToArray().Select(gradient => (double)gradient));
            }
            naive.Step(expected, [.. gradients], step);
            one.Step();
            two.Step(team);
        }
        var start = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            AssertClose(expected.AsSpan(start, lengths[i]), alone[i].Values, $"{name}, length {lengths[i]}");
            Assert.True(alone[i].Values.SequenceEqual(shared[i].Values), "The result depends on the number of threads.");
            start += lengths[i];
        }
    }

    [Fact]
    public unsafe void Every_vector_width_gives_the_same_step()
    {
        const int Length = 77;
        float[]? first = null;
        foreach (var width in SimdWidth<float>.Available)
        {
            var values = Enumerable.Range(0, Length).Select(i => (float)s_start[i % 5]).ToArray();
            var gradients = Enumerable.Range(0, Length).Select(i => MathF.Sin(i)).ToArray();
            var (average, square) = (new float[Length], new float[Length]);
            fixed (float* v = values, g = gradients, a = average, s = square)
            {
                var piece = new OptimizerPiece { Values = v, Gradients = g, First = a, Second = s, Third = null, Count = Length, LearningRate = 0.1, WeightDecay = 0.01, Step = 1 };
                width.Run(new UpdateKernel<AdamRule>(new AdamRule(piece, 0.9, 0.999, 1e-8, decoupled: false), v, g, a, s, null, Length));
            }
            first ??= values;
            AssertClose([.. first.Select(value => (double)value)], values, width.Name);
        }
    }

    [Fact]
    public void Groups_and_parameters_have_their_own_rates_and_decay()
    {
        var plain = New("a.weight", [1]);
        var slow = New("b.weight", [1]);
        var bias = New("c.bias", [1], decays: false);
        var own = New("d.weight", [1]);
        slow.LearningRateFactor = 0.5;
        foreach (var parameter in new[] { plain, slow, bias, own })
            parameter.Gradient[0] = 1;
        var optimizer = new Sgd([new ParameterGroup([plain, slow, bias]), new ParameterGroup([own]) { LearningRateFactor = 0.1, WeightDecay = 2 }], 0.1, weightDecay: 1);
        optimizer.Step();
        Assert.Equal(1 - 0.1 * 2, plain.Values[0], 1e-6);
        Assert.Equal(1 - 0.05 * 2, slow.Values[0], 1e-6);
        Assert.Equal(1 - 0.1 * 1, bias.Values[0], 1e-6);
        Assert.Equal(1 - 0.01 * 3, own.Values[0], 1e-6);
    }

    [Fact]
    public void A_frozen_parameter_stays_and_its_averages_start_when_it_is_thawed()
    {
        var late = New("late.weight", [1]);
        var reference = New("fresh.weight", [1]);
        var optimizer = new Adam([new ParameterGroup([late])], 0.1);
        late.Trainable = false;
        late.Gradient[0] = 5;
        for (var i = 0; i < 3; i++)
            optimizer.Step();
        Assert.Equal(1, late.Values[0]);
        late.Trainable = true;
        late.Gradient[0] = reference.Gradient[0] = 0.3f;
        optimizer.Step();
        new Adam([new ParameterGroup([reference])], 0.1).Step();
        Assert.Equal(reference.Values[0], late.Values[0]);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        var parameter = New("a.weight", [1]);
        ParameterGroup[] groups = [new([parameter])];
        Assert.Contains("a.weight", Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup([parameter, parameter])], 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("bn.mean", Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup([new Parameter("bn.mean", [1], isBuffer: true, decays: false)])], 0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Sgd(groups, 0.1, nesterov: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(groups, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(groups, beta2: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(groups, epsilon: 0));
        Assert.Throws<ArgumentException>(() => new Adam(groups).State(parameter, "momentum"));
    }

    internal static Parameter New(string name, double[] values, bool decays = true)
    {
        var parameter = new Parameter(name, [values.Length], isBuffer: false, decays);
        for (var i = 0; i < values.Length; i++)
            parameter.Values[i] = (float)values[i];
        return parameter;
    }

    private static void SetGradient(Parameter parameter, int step)
    {
        for (var i = 0; i < parameter.Values.Length; i++)
            parameter.Gradient[i] = (float)(Math.Sin(0.7 * step + i % 97) * (1 + 0.1 * (i % 97)) + 0.05 * parameter.Values[i]);
    }

    private static Optimizer Make(string name, ParameterGroup[] groups) => name switch
    {
        "sgd" => new Sgd(groups, 0.1),
        "sgd, decay" => new Sgd(groups, 0.1, weightDecay: 0.01),
        "momentum" => new Sgd(groups, 0.1, 0.9, weightDecay: 0.01),
        "nesterov" => new Sgd(groups, 0.1, 0.9, nesterov: true, weightDecay: 0.01),
        "adam" => new Adam(groups, 0.05, weightDecay: 0.01),
        "adamw" => new AdamW(groups, 0.05, 0.8, 0.95, 1e-6, 0.1),
        "rmsprop" => new RmsProp(groups, 0.02, weightDecay: 0.01),
        "rmsprop, momentum" => new RmsProp(groups, 0.02, momentum: 0.8),
        "rmsprop, centred" => new RmsProp(groups, 0.02, 0.9, 1e-3, centred: true),
        _ => new RmsProp(groups, 0.02, 0.9, 1e-3, momentum: 0.8, centred: true),
    };

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"{what}, element {i}: {actual[i]} and not {expected[i]}");
    }

    /// <summary>The equations as they stand in the papers, one element after the other, in double precision.</summary>
    private sealed class NaiveOptimizer(string name, int count)
    {
        private readonly double[] _m = new double[count];
        private readonly double[] _v = new double[count];
        private readonly double[] _b = new double[count];

        public void Step(double[] values, double[] gradients, int step)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var (w, g) = (values[i], gradients[i]);
                values[i] = name switch
                {
                    "sgd" => w - 0.1 * g,
                    "sgd, decay" => w - 0.1 * (g + 0.01 * w),
                    "momentum" => w - 0.1 * (_m[i] = 0.9 * _m[i] + g + 0.01 * w),
                    "nesterov" => w - 0.1 * (g + 0.01 * w + 0.9 * (_m[i] = 0.9 * _m[i] + g + 0.01 * w)),
                    "adam" => w - Adam(i, g + 0.01 * w, 0.05, 0.9, 0.999, 1e-8, step),
                    "adamw" => w - 0.05 * 0.1 * w - Adam(i, g, 0.05, 0.8, 0.95, 1e-6, step),
                    "rmsprop" => w - RmsProp(i, g + 0.01 * w, 0.99, 1e-8, 0, centred: false),
                    "rmsprop, momentum" => w - RmsProp(i, g, 0.99, 1e-8, 0.8, centred: false),
                    "rmsprop, centred" => w - RmsProp(i, g, 0.9, 1e-3, 0, centred: true),
                    _ => w - RmsProp(i, g, 0.9, 1e-3, 0.8, centred: true),
                };
            }
        }

        private double Adam(int i, double g, double rate, double beta1, double beta2, double epsilon, int step)
        {
            _m[i] = beta1 * _m[i] + (1 - beta1) * g;
            _v[i] = beta2 * _v[i] + (1 - beta2) * g * g;
            return rate * (_m[i] / (1 - Math.Pow(beta1, step))) / (Math.Sqrt(_v[i] / (1 - Math.Pow(beta2, step))) + epsilon);
        }

        private double RmsProp(int i, double g, double alpha, double epsilon, double momentum, bool centred)
        {
            _v[i] = alpha * _v[i] + (1 - alpha) * g * g;
            _m[i] = alpha * _m[i] + (1 - alpha) * g;
            var variance = centred ? _v[i] - _m[i] * _m[i] : _v[i];
            _b[i] = momentum * _b[i] + g / (Math.Sqrt(variance) + epsilon);
            return 0.02 * _b[i];
        }
    }
}
