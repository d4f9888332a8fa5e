using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Numerics.Kernels;

/// <summary>Lists the code kernels this machine can run and picks one; the names are those of <see cref="VectorKernels"/>.</summary>
internal static class CodeKernels
{
    /// <summary>Narrowest first.</summary>
    public static IReadOnlyList<ICodeKernel> Available { get; } = List();

    /// <summary>The kernel of that name, or the widest when the name is null or empty.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine has no such instruction set.</exception>
    public static ICodeKernel Choose(string? name)
    {
        // A name that one family knows and this one lacks means the nearest narrower one.
        var vectors = VectorKernels.Choose(name);
        return Available.FirstOrDefault(kernel => kernel.Name == vectors.Name) ?? Available[^1];
    }

    private static List<ICodeKernel> List()
    {
        var kernels = new List<ICodeKernel> { new ScalarCodeKernel() };
        if (Vector128.IsHardwareAccelerated)
            kernels.Add(new Vector128CodeKernel());
        if (Avx2.IsSupported)
            kernels.Add(new CodeKernel<CodeSimd256, Vector256<byte>, Vector256<int>>("256"));
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
            kernels.Add(new CodeKernel<CodeSimd512, Vector512<byte>, Vector512<int>>("512"));
        return kernels;
    }
}
