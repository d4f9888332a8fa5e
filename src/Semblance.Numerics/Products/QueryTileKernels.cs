using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Products;

/// <summary>The query tile kernel that goes with each vector kernel.</summary>
internal static class QueryTileKernels
{
    public static IReadOnlyList<IQueryTileKernel> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    public static IQueryTileKernel Choose(string? name) => ForInstructionSet(VectorKernels.Choose(name).Name);

    private static IQueryTileKernel ForInstructionSet(string name) => name switch
    {
        "512" => new Vector512QueryTileKernel(),
        "256" => new Vector256QueryTileKernel(),
        "128" => new Vector128QueryTileKernel(),
        _ => new ScalarQueryTileKernel(),
    };
}
