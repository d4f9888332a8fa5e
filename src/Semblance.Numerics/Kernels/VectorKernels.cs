using System.Runtime.Intrinsics;

namespace Semblance.Numerics.Kernels;

/// <summary>Lists the kernels this machine can run and picks one.</summary>
internal static class VectorKernels
{
    public const string Variable = "SEMBLANCE_SIMD";

    /// <summary>Narrowest first; every one of them is accelerated here, save the scalar one.</summary>
    public static IReadOnlyList<IVectorKernel> Available { get; } = List();

    /// <summary>The kernel of that name, or the widest when the name is null or empty.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine has no such instruction set.</exception>
    public static IVectorKernel Choose(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return Available[^1];
        return Available.FirstOrDefault(kernel => kernel.Name == name)
            ?? throw new PlatformNotSupportedException(
                $"{Variable} is '{name}', which this machine cannot run; set it to one of {string.Join(", ", Available.Select(kernel => kernel.Name))}, or leave it unset.");
    }

    private static List<IVectorKernel> List()
    {
        var kernels = new List<IVectorKernel> { new ScalarVectorKernel() };
        if (Vector128.IsHardwareAccelerated)
            kernels.Add(new Vector128Kernel());
        if (Vector256.IsHardwareAccelerated)
            kernels.Add(new Vector256Kernel());
        if (Vector512.IsHardwareAccelerated)
            kernels.Add(new Vector512Kernel());
        return kernels;
    }
}
