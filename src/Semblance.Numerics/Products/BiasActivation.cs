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
        var whole = width - (width % TSimd.Count);
        for (var j = 0; j < whole; j += TSimd.Count)
        {
            var x = TSimd.Load(target + j);
            if (bias is not null)
                x = TSimd.Add(x, TSimd.Load(bias + column + j));
            if (shortcut is not null)
                x = TSimd.Add(x, TSimd.Load(shortcut + (target - output) + j));
            TSimd.Store(activation.Forward<TSimd, TVector, T>(x), target + j);
        }
        if (whole == width)
            return;
        // Storing a part of a vector takes some processors ten times as long.
        var rest = width - whole;
        var last = TSimd.LoadFirst(target + whole, rest);
        if (bias is not null)
            last = TSimd.Add(last, TSimd.LoadFirst(bias + column + whole, rest));
        if (shortcut is not null)
            last = TSimd.Add(last, TSimd.LoadFirst(shortcut + (target - output) + whole, rest));
        TSimd.StoreFirst(activation.Forward<TSimd, TVector, T>(last), target + whole, rest);
    }
}
