using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Simd;

/// <summary>One vector width for <typeparamref name="T"/>, chosen once: runs a kernel compiled for it.</summary>
internal abstract class SimdWidth<T>
    where T : unmanaged
{
    /// <summary>What SEMBLANCE_SIMD calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Elements in a vector.</summary>
    public abstract int Count { get; }

    /// <summary>Narrowest first; all that this machine can run.</summary>
    public static IReadOnlyList<SimdWidth<T>> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    /// <summary>The widest, or the one that SEMBLANCE_SIMD names.</summary>
    public static SimdWidth<T> Chosen { get; } = ForInstructionSet(VectorKernels.Choose(Environment.GetEnvironmentVariable(VectorKernels.Variable)).Name);

    public abstract void Run<TAction>(TAction action)
        where TAction : struct, ISimdAction<T>;

    private static SimdWidth<T> ForInstructionSet(string name)
    {
        object width = (name, typeof(T) == typeof(float)) switch
        {
            ("512", true) => new Width<Simd512Single, System.Runtime.Intrinsics.Vector512<float>, float>(name),
            ("256", true) => new Width<Simd256Single, System.Runtime.Intrinsics.Vector256<float>, float>(name),
            ("128", true) => new Width<Simd128Single, System.Runtime.Intrinsics.Vector128<float>, float>(name),
            (_, true) => new Width<ScalarSingle, float, float>(name),
            ("512", false) => new Width<Simd512Double, System.Runtime.Intrinsics.Vector512<double>, double>(name),
            ("256", false) => new Width<Simd256Double, System.Runtime.Intrinsics.Vector256<double>, double>(name),
            ("128", false) => new Width<Simd128Double, System.Runtime.Intrinsics.Vector128<double>, double>(name),
            _ => new Width<ScalarDouble, double, double>(name),
        };
        return (SimdWidth<T>)width;
    }

    private sealed class Width<TSimd, TVector, TElement>(string name) : SimdWidth<TElement>
        where TSimd : struct, ISimd<TVector, TElement>
        where TVector : struct
        where TElement : unmanaged
    {
        public override string Name => name;

        public override int Count => TSimd.Count;

        public override void Run<TAction>(TAction action) => action.Run<TSimd, TVector>();
    }
}
