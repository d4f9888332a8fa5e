using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>
/// A rule over many values in one pass: everything is read once and written once, since the step is bound by memory.
/// Pointers beyond the rule's number of states are null.
/// </summary>
internal readonly unsafe struct UpdateKernel<TRule>(TRule rule, float* values, float* gradients, float* first, float* second, float* third, nint count) : ISimdAction<float>
    where TRule : struct, IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, float>
        where TVector : struct
    {
        var update = rule;
        TVector a = TSimd.Zero, b = TSimd.Zero, c = TSimd.Zero;
        nint i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
        {
            var value = TSimd.Load(values + i);
            if (TRule.States > 0)
                a = TSimd.Load(first + i);
            if (TRule.States > 1)
                b = TSimd.Load(second + i);
            if (TRule.States > 2)
                c = TSimd.Load(third + i);
            update.Update<TSimd, TVector>(ref value, TSimd.Load(gradients + i), ref a, ref b, ref c);
            TSimd.Store(value, values + i);
            if (TRule.States > 0)
                TSimd.Store(a, first + i);
            if (TRule.States > 1)
                TSimd.Store(b, second + i);
            if (TRule.States > 2)
                TSimd.Store(c, third + i);
        }
        if (i == count)
            return;
        var rest = (int)(count - i);
        var last = TSimd.LoadFirst(values + i, rest);
        if (TRule.States > 0)
            a = TSimd.LoadFirst(first + i, rest);
        if (TRule.States > 1)
            b = TSimd.LoadFirst(second + i, rest);
        if (TRule.States > 2)
            c = TSimd.LoadFirst(third + i, rest);
        update.Update<TSimd, TVector>(ref last, TSimd.LoadFirst(gradients + i, rest), ref a, ref b, ref c);
        TSimd.StoreFirst(last, values + i, rest);
        if (TRule.States > 0)
            TSimd.StoreFirst(a, first + i, rest);
        if (TRule.States > 1)
            TSimd.StoreFirst(b, second + i, rest);
        if (TRule.States > 2)
            TSimd.StoreFirst(c, third + i, rest);
    }
}
