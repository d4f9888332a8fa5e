using System.Runtime.Intrinsics;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Hadamard;

/// <summary>The Hadamard kernel that goes with each vector kernel.</summary>
internal static class HadamardKernels
{
    public static IReadOnlyList<IHadamardKernel> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    public static IHadamardKernel Choose(string? name) => ForInstructionSet(VectorKernels.Choose(name).Name);

    private static IHadamardKernel ForInstructionSet(string name) => name switch
    {
        "512" => new HadamardKernel<Simd512Single, Vector512<float>>(name),
        "256" => new HadamardKernel<Simd256Single, Vector256<float>>(name),
        "128" => new HadamardKernel<Simd128Single, Vector128<float>>(name),
        _ => new ScalarHadamardKernel(),
    };
}
