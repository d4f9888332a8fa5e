using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Lookups;

/// <summary>Lists the look-up kernels this machine can run and picks one.</summary>
internal static class LookupKernels
{
    public static IReadOnlyList<ILookupKernel> Available { get; } = List();

    /// <summary>The kernel of that name, or the widest when the name is null or empty or this machine has a wider one for other work only.</summary>
    public static ILookupKernel Choose(string? name)
    {
        // The name is judged, with its sentence, by the vector kernels.
        var chosen = VectorKernels.Choose(name).Name;
        return Available.FirstOrDefault(kernel => kernel.Name == chosen) ?? Available[^1];
    }

    private static List<ILookupKernel> List()
    {
        var kernels = new List<ILookupKernel> { new ScalarLookupKernel() };
        if (Vector128.IsHardwareAccelerated)
            kernels.Add(new Vector128LookupKernel());
        if (Avx2.IsSupported)
            kernels.Add(new Vector256LookupKernel());
        if (Avx512BW.IsSupported)
            kernels.Add(new Vector512LookupKernel());
        return kernels;
    }
}
