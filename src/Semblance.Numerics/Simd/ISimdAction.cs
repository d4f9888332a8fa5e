namespace Semblance.Numerics.Simd;

/// <summary>A kernel with its arguments, to be run at whatever width the machine has.</summary>
internal interface ISimdAction<T>
    where T : unmanaged
{
    void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct;
}
