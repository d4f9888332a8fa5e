using System.Runtime.CompilerServices;
using Semblance.Numerics.Activations;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>y = activation(x + bias + shortcut), one bias a column.</summary>
/// <param name="bias">As many as there are columns, or null for none.</param>
/// <param name="output">Where the result begins; needed with a shortcut.</param>
/// <param name="shortcut">Laid out as the result, or null for none.</param>
internal readonly unsafe struct BiasActivation<T, TActivation>(T* bias, TActivation activation, T* output = null, T* shortcut = null) : IProductEpilogue<T>
    where T : unmanaged
    where TActivation : struct, IActivation
{
    public bool IsNone => bias is null && shortcut is null && typeof(TActivation) == typeof(IdentityFunction);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<TSimd, TVector>(T* target, int column, int width)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        for (var j = 0; j < width; j += TSimd.Count)
        {
            var count = Math.Min(TSimd.Count, width - j);
            var x = TSimd.LoadFirst(target + j, count);
            if (bias is not null)
                x = TSimd.Add(x, TSimd.LoadFirst(bias + column + j, count));
            if (shortcut is not null)
                x = TSimd.Add(x, TSimd.LoadFirst(shortcut + (target - output) + j, count));
            TSimd.StoreFirst(activation.Forward<TSimd, TVector, T>(x), target + j, count);
        }
    }
}
