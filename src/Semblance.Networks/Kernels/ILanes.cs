using System.Runtime.CompilerServices;
using Semblance.Numerics.Simd;

namespace Semblance.Networks.Kernels;

/// <summary>Whether a kernel works on whole vectors or on the first lanes of one: the last channels of a row.</summary>
internal unsafe interface ILanes
{
    static abstract TVector Load<TSimd, TVector, T>(T* source, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;

    static abstract void Store<TSimd, TVector, T>(TVector vector, T* target, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged;
}

internal readonly unsafe struct WholeLanes : ILanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector, T>(T* source, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector, T>(TVector vector, T* target, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.Store(vector, target);
}

internal readonly unsafe struct FirstLanes : ILanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TSimd, TVector, T>(T* source, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.LoadFirst(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd, TVector, T>(TVector vector, T* target, int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged
        => TSimd.StoreFirst(vector, target, count);
}
