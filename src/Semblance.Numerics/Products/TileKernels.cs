using Semblance.Numerics.Kernels;

namespace Semblance.Numerics.Products;

/// <summary>The tile kernel that goes with each vector kernel.</summary>
internal static class TileKernels
{
    public static IReadOnlyList<ITileKernel> Available { get; } = [.. VectorKernels.Available.Select(kernel => ForInstructionSet(kernel.Name))];

    public static ITileKernel Choose(string? name) => ForInstructionSet(VectorKernels.Choose(name).Name);

    private static ITileKernel ForInstructionSet(string name) => name switch
    {
        "512" => new Vector512TileKernel(),
        "256" => new Vector256TileKernel(),
        "128" => new Vector128TileKernel(),
        _ => new ScalarTileKernel(),
    };
}
