namespace Semblance.Networks.Backbones;

/// <summary>What tells the members of the ResNet family apart.</summary>
/// <param name="Blocks">Blocks of the four stages.</param>
internal sealed record ResNetSettings(int[] Blocks)
{
    /// <summary>Deep residual learning (He et al., 2016, table 1).</summary>
    public static ResNetSettings ResNet18 { get; } = new([2, 2, 2, 2]);

    public static ResNetSettings ResNet50 { get; } = new([3, 4, 6, 3]) { Bottleneck = true };

    /// <summary>32×4d of Xie et al., "Aggregated residual transformations", 2017, table 1.</summary>
    public static ResNetSettings ResNeXt50 { get; } = ResNet50 with { Groups = 32, GroupWidth = 4 };

    /// <summary>Hu et al., "Squeeze-and-excitation networks", 2018, table 1, with reduction 16.</summary>
    public static ResNetSettings SEResNeXt50 { get; } = ResNeXt50 with { Reduction = 16 };

    /// <summary>Three convolutions of kernels 1, 3, 1 to a block instead of two of kernel 3.</summary>
    public bool Bottleneck { get; init; }

    /// <summary>Groups of the 3×3 convolutions in bottlenecks.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels of a group in the first stage.</summary>
    public int GroupWidth { get; init; } = 64;

    /// <summary>By how much squeeze-and-excitation narrows the channels; 0 for none.</summary>
    public int Reduction { get; init; }
}
