namespace Semblance.Imaging;

/// <summary>What is seen where a shifted, turned or shrunk picture ends.</summary>
public enum BorderMode
{
    /// <summary>One colour.</summary>
    Constant,

    /// <summary>The outermost pixels, drawn out.</summary>
    Edge,

    /// <summary>The picture mirrored at its outermost pixels, which are not repeated.</summary>
    Reflect,
}
