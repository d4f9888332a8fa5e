using System.Runtime.InteropServices;
using Semblance.Numerics.Simd;
using Xunit;

namespace Semblance.Numerics.Tests.Simd;

public sealed unsafe class MaskedAccessTests
{
    public static TheoryData<string> Widths => [.. SimdWidth<float>.Available.Select(width => width.Name)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Only_the_first_elements_are_read_and_written(string name)
    {
        SimdWidth<float>.Available.Single(width => width.Name == name).Run(new Check<float>());
        SimdWidth<double>.Available.Single(width => width.Name == name).Run(new Check<double>());
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Blocks_are_transposed(string name)
    {
        SimdWidth<float>.Available.Single(width => width.Name == name).Run(new CheckTranspose<float>());
        SimdWidth<double>.Available.Single(width => width.Name == name).Run(new CheckTranspose<double>());
    }

    private readonly struct Check<T> : ISimdAction<T>
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var source = stackalloc T[TSimd.Count];
            var loaded = stackalloc T[TSimd.Count];
            var target = stackalloc T[TSimd.Count];
            for (var count = 0; count <= TSimd.Count; count++)
            {
                for (var i = 0; i < TSimd.Count; i++)
                    (source[i], target[i]) = (T.CreateChecked(i + 1), T.CreateChecked(-1));
                TSimd.Store(TSimd.LoadFirst(source, count), loaded);
                TSimd.StoreFirst(TSimd.Load(source), target, count);
                for (var i = 0; i < TSimd.Count; i++)
                {
                    Assert.Equal(i < count ? source[i] : T.Zero, loaded[i]);
                    Assert.Equal(i < count ? source[i] : -T.One, target[i]);
                }
            }
        }
    }

    private readonly struct CheckTranspose<T> : ISimdAction<T>
        where T : unmanaged, System.Numerics.INumber<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            var (sourceStride, targetStride) = (TSimd.Count + 3, TSimd.Count + 5);
            var source = (T*)NativeMemory.Alloc((nuint)(sourceStride * TSimd.Count * sizeof(T)));
            var target = (T*)NativeMemory.Alloc((nuint)(targetStride * TSimd.Count * sizeof(T)));
            for (var i = 0; i < sourceStride * TSimd.Count; i++)
                source[i] = T.CreateChecked(i);
            TSimd.Transpose(source, sourceStride, target, targetStride);
            for (var i = 0; i < TSimd.Count; i++)
            {
                for (var j = 0; j < TSimd.Count; j++)
                    Assert.Equal(source[(i * sourceStride) + j], target[(j * targetStride) + i]);
            }
            NativeMemory.Free(source);
            NativeMemory.Free(target);
        }
    }
}
