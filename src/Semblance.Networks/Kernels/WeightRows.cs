using Semblance.Numerics.Products;

namespace Semblance.Networks.Kernels;

/// <summary>The rows of a weight gradient: each tap and channel walks over all points of a slab.</summary>
/// <param name="read">What the slab's first point reads of the group's first channel.</param>
/// <param name="taps">Elements to each tap.</param>
/// <param name="weights">The gradient, [taps, channels, stride].</param>
internal readonly unsafe struct WeightRows<T>(T* read, nint* taps, int channels, T* weights, nint stride) : IProductRows<T>
    where T : unmanaged
{
    public void Locate(int first, int count, T** rows, T** targets)
    {
        var (tap, channel) = Math.DivRem(first, channels);
        var target = weights + (first * stride);
        for (var i = 0; i < count; i++, target += stride)
        {
            rows[i] = read + taps[tap] + channel;
            targets[i] = target;
            if (++channel == channels)
            {
                channel = 0;
                tap++;
            }
        }
    }
}
