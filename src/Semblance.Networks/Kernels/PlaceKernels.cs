using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Sums over the places of a picture, and numbers spread over them, each channel by itself; pictures are shared out over the threads.</summary>
internal static unsafe class PlaceKernels
{
    /// <summary>sums[n, c] = factor · Σ over places of x, or of x · other.</summary>
    /// <param name="other">Of the shape of x, or null.</param>
    public static void Sum<T>(LayerCall<T> call, Shape shape, T* x, T* other, T* sums, double factor)
        where T : unmanaged
        => call.Team.Run(shape[0], picture =>
        {
            var (places, channels) = (shape.Product(1, 3), shape.Channels);
            var start = picture * places * channels;
            call.Run(new SumAction<T>(x + start, other == null ? null : other + start, sums + (nint)picture * channels, places, channels, factor));
        });

    /// <summary>y = a · x + factor · b for each place, a and b being [n, c]; added to what is in y if asked for.</summary>
    /// <param name="x">Null, with a, leaves a · x out.</param>
    /// <param name="b">Null leaves b out.</param>
    public static void Spread<T>(LayerCall<T> call, Shape shape, T* x, T* a, T* b, double factor, T* y, bool accumulate)
        where T : unmanaged
        => call.Team.Run(shape[0], picture =>
        {
            var (places, channels) = (shape.Product(1, 3), shape.Channels);
            var start = picture * places * channels;
            var row = (nint)picture * channels;
            call.Run(new SpreadAction<T>(x == null ? null : x + start, a == null ? null : a + row, b == null ? null : b + row, factor, y + start, places, channels, accumulate));
        });

    private readonly struct SumAction<T>(T* x, T* other, T* sums, nint places, int channels, double factor) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint c = channels;
            new Span<T>(sums, channels).Clear();
            for (nint place = 0; place < places; place += 4)
            {
                var rows = (int)Math.Min(4, places - place);
                for (nint i = 0; i < c; i += TSimd.Count)
                {
                    var count = (int)Math.Min(TSimd.Count, c - i);
                    var at = x + place * c + i;
                    var sum = TSimd.LoadFirst(sums + i, count);
                    if (other == null)
                    {
                        if (rows == 4)
                        {
                            var left = TSimd.Add(TSimd.LoadFirst(at, count), TSimd.LoadFirst(at + c, count));
                            var right = TSimd.Add(TSimd.LoadFirst(at + 2 * c, count), TSimd.LoadFirst(at + 3 * c, count));
                            sum = TSimd.Add(sum, TSimd.Add(left, right));
                        }
                        else
                        {
                            for (var row = 0; row < rows; row++)
                                sum = TSimd.Add(sum, TSimd.LoadFirst(at + row * c, count));
                        }
                    }
                    else
                    {
                        var by = other + place * c + i;
                        for (var row = 0; row < rows; row++)
                            sum = TSimd.MultiplyAdd(TSimd.LoadFirst(at + row * c, count), TSimd.LoadFirst(by + row * c, count), sum);
                    }
                    TSimd.StoreFirst(sum, sums + i, count);
                }
            }
            for (nint i = 0; i < c; i += TSimd.Count)
            {
                var count = (int)Math.Min(TSimd.Count, c - i);
                TSimd.StoreFirst(TSimd.Multiply(TSimd.LoadFirst(sums + i, count), TSimd.Constant(factor)), sums + i, count);
            }
        }
    }

    private readonly struct SpreadAction<T>(T* x, T* a, T* b, double factor, T* y, nint places, int channels, bool accumulate) : ISimdAction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint c = channels;
            for (nint place = 0; place < places; place++)
            {
                for (nint i = 0; i < c; i += TSimd.Count)
                {
                    var count = (int)Math.Min(TSimd.Count, c - i);
                    var at = place * c + i;
                    var value = TSimd.Zero;
                    if (x != null)
                        value = TSimd.Multiply(TSimd.LoadFirst(a + i, count), TSimd.LoadFirst(x + at, count));
                    if (b != null)
                        value = TSimd.MultiplyAdd(TSimd.LoadFirst(b + i, count), TSimd.Constant(factor), value);
                    if (accumulate)
                        value = TSimd.Add(value, TSimd.LoadFirst(y + at, count));
                    TSimd.StoreFirst(value, y + at, count);
                }
            }
        }
    }
}
