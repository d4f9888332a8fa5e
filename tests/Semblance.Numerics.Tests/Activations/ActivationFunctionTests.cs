using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Numerics.Tests.Activations;

/// <summary>Values of the functions at every vector width, against double precision computed otherwise.</summary>
public sealed unsafe class ActivationFunctionTests
{
    private static readonly double[] s_grid = [.. Enumerable.Range(-900, 1801).Select(i => i / 128.0), 1e-6, -1e-30, 30, -40, 90];

    [Fact]
    public void The_error_function_is_exact_to_rounding()
    {
        Check<float>(new ErrorAction<float>(), Erf, absolute: 3e-7, relative: 5e-7, Small);
        Check<double>(new ErrorAction<double>(), Erf, absolute: 1e-15, relative: 1e-15, Small);
    }

    [Fact]
    public void The_hyperbolic_tangent_is_exact_to_rounding()
    {
        Check<float>(new TanhAction<float>(), Math.Tanh, absolute: 1, relative: 6e-7, static _ => true);
        Check<double>(new TanhAction<double>(), Math.Tanh, absolute: 1, relative: 2e-15, static _ => true);
    }

    [Fact]
    public void Sigmoids_do_not_overflow()
    {
        Check<float>(new SigmoidAction<float>(), static x => 1 / (1 + Math.Exp(-x)), absolute: 1e-7, relative: 1, Small);
        Check<double>(new SigmoidAction<double>(), static x => 1 / (1 + Math.Exp(-x)), absolute: 1e-15, relative: 1, Small);
    }

    [Fact]
    public void The_gradient_of_relu6_reaches_the_smallest_positive_number_and_not_six()
    {
        foreach (var width in SimdWidth<float>.Available)
        {
            float[] known = [0, float.Epsilon, 1e-30f, 5.9999995f, 6, -0f];
            var results = new float[known.Length];
            fixed (float* x = known, y = results)
                width.Run(new Relu6Gradient(x, y, known.Length));
            Assert.Equal([0, 1, 1, 1, 0, 0], results);
        }
    }

    // Around zero what counts is the relative error.
    private static bool Small(double x) => Math.Abs(x) < 1;

    private static void Check<T>(IElementAction<T> action, Func<double, double> truth, double absolute, double relative, Func<double, bool> isRelative)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var values = s_grid.Select(T.CreateChecked).ToArray();
        foreach (var width in SimdWidth<T>.Available)
        {
            var results = new T[values.Length];
            fixed (T* x = values, y = results)
                action.Apply(width, x, y, values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                var expected = truth(double.CreateChecked(values[i]));
                var error = Math.Abs(double.CreateChecked(results[i]) - expected);
                var bound = isRelative(s_grid[i]) ? Math.Min(absolute, relative * Math.Abs(expected)) : absolute;
                Assert.True(error <= bound, $"{width.Name}: {results[i]} for {values[i]}, exact {expected}, off by {error:e2}");
            }
        }
    }

    // Kummer's series, whose terms have one sign, with the continued fraction of erfc far out.
    private static double Erf(double x)
    {
        var magnitude = Math.Abs(x);
        if (magnitude > 3)
        {
            var fraction = magnitude;
            for (var k = 60; k >= 1; k--)
                fraction = magnitude + (k / 2.0 / fraction);
            return Math.Sign(x) * (1 - (Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction)));
        }
        double term = x, sum = x;
        for (var n = 1; n < 200; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private interface IElementAction<T>
        where T : unmanaged
    {
        void Apply(SimdWidth<T> width, T* x, T* y, int count);
    }

    private interface IFunction<T>
        where T : unmanaged
    {
        TVector At<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct;
    }

    private sealed class ErrorAction<T> : IElementAction<T>, IFunction<T>
        where T : unmanaged
    {
        public void Apply(SimdWidth<T> width, T* x, T* y, int count) => width.Run(new Loop<T, ErrorAction<T>>(this, x, y, count));

        public TVector At<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => ErrorFunction.Of<TSimd, TVector, T>(x);
    }

    private sealed class TanhAction<T> : IElementAction<T>, IFunction<T>
        where T : unmanaged
    {
        public void Apply(SimdWidth<T> width, T* x, T* y, int count) => width.Run(new Loop<T, TanhAction<T>>(this, x, y, count));

        public TVector At<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => default(TanhFunction).Forward<TSimd, TVector, T>(x);
    }

    private sealed class SigmoidAction<T> : IElementAction<T>, IFunction<T>
        where T : unmanaged
    {
        public void Apply(SimdWidth<T> width, T* x, T* y, int count) => width.Run(new Loop<T, SigmoidAction<T>>(this, x, y, count));

        public TVector At<TSimd, TVector>(TVector x)
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
            => default(SigmoidFunction).Forward<TSimd, TVector, T>(x);
    }

    private readonly struct Loop<T, TFunction>(TFunction function, T* x, T* y, int count) : ISimdAction<T>
        where T : unmanaged
        where TFunction : IFunction<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            for (var i = 0; i < count; i += TSimd.Count)
            {
                var rest = Math.Min(TSimd.Count, count - i);
                TSimd.StoreFirst(function.At<TSimd, TVector>(TSimd.LoadFirst(x + i, rest)), y + i, rest);
            }
        }
    }

    private readonly struct Relu6Gradient(float* known, float* y, int count) : ISimdAction<float>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, float>
            where TVector : struct
        {
            for (var i = 0; i < count; i += TSimd.Count)
            {
                var rest = Math.Min(TSimd.Count, count - i);
                TSimd.StoreFirst(default(Relu6Function).Backward<TSimd, TVector, float>(TSimd.LoadFirst(known + i, rest), TSimd.Constant(1)), y + i, rest);
            }
        }
    }
}
