using System.Runtime.Intrinsics;
using Semblance.Numerics.Kernels;
using Semblance.Numerics.Simd;

namespace Semblance.Numerics.Products;

/// <summary>The query tile kernel that goes with each vector kernel.</summary>
internal static class QueryTileKernels
{
    public static IReadOnlyList<IQueryTileKernel> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    public static IQueryTileKernel Choose(string? name) => ForInstructionSet(VectorKernels.Choose(name).Name);

    private static IQueryTileKernel ForInstructionSet(string name) => name switch
    {
        "512" => new QueryTileKernel<Simd512Single, Vector512<float>>(name),
        "256" => new QueryTileKernel<Simd256Single, Vector256<float>>(name),
        "128" => new QueryTileKernel<Simd128Single, Vector128<float>>(name),
        _ => new ScalarQueryTileKernel(),
    };
}
