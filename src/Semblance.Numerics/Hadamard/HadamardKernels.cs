using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Hadamard;

/// <summary>The Hadamard kernel that goes with each vector kernel.</summary>
internal static class HadamardKernels
{
    public static IReadOnlyList<IHadamardKernel> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    public static IHadamardKernel Choose(string? name) => ForInstructionSet(VectorKernels.Choose(name).Name);

    private static IHadamardKernel ForInstructionSet(string name) => name switch
    {
        "512" => new Vector512HadamardKernel(),
        "256" => new Vector256HadamardKernel(),
        "128" => new Vector128HadamardKernel(),
        _ => new ScalarHadamardKernel(),
    };
}
