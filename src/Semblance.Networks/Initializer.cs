using Semblance.Numerics;

namespace Semblance.Networks;

/// <summary>How fresh weights are drawn.</summary>
public delegate void Initializer(Span<float> values, SeededRandom random);

/// <summary>The usual initialisers; fan-in and fan-out are the numbers of terms in an output's and an input gradient's sum.</summary>
public static class Initializers
{
    public static Initializer Constant(float value) => (values, _) => values.Fill(value);

    public static Initializer Normal(double deviation) => (values, random) =>
    {
        foreach (ref var value in values)
            value = (float)(random.NextGaussian() * deviation);
    };

    public static Initializer Uniform(double bound) => (values, random) =>
    {
        foreach (ref var value in values)
            value = (float)((random.NextDouble() * 2 - 1) * bound);
    };

    /// <summary>Normal with variance 2 / fan (He et al., "Delving deep into rectifiers", 2015): keeps activations' size behind a ReLU.</summary>
    public static Initializer He(nint fan) => Normal(Math.Sqrt(2.0 / fan));

    /// <summary>Uniform in ±√(6 / (fan-in + fan-out)) (Glorot and Bengio, 2010).</summary>
    public static Initializer Glorot(nint fanIn, nint fanOut) => Uniform(Math.Sqrt(6.0 / (fanIn + fanOut)));

    /// <summary>Uniform in ±1/√fan-in: what PyTorch draws for linear layers and their biases.</summary>
    public static Initializer FanIn(nint fanIn) => Uniform(1 / Math.Sqrt(fanIn));
}
