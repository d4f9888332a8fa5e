namespace Semblance.Numerics.Products;

/// <summary>A number that the compiler sees as a constant: rows of a register tile.</summary>
internal interface IExtent
{
    static abstract int Value { get; }
}

internal readonly struct Extent4 : IExtent
{
    public static int Value => 4;
}

internal readonly struct Extent6 : IExtent
{
    public static int Value => 6;
}

internal readonly struct Extent8 : IExtent
{
    public static int Value => 8;
}

internal readonly struct Extent12 : IExtent
{
    public static int Value => 12;
}

internal readonly struct Extent24 : IExtent
{
    public static int Value => 24;
}

internal readonly struct Extent16 : IExtent
{
    public static int Value => 16;
}
