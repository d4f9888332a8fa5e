namespace Semblance.Networks.Kernels;

/// <summary>
/// A tensor as rows of channels, several rows side by side where that makes whole vectors: 24 channels and vectors of 16 are taken as
/// rows of 48. So only the end of the tensor has a remainder, and kernels need no masks in their loops. Cut into parts by its size
/// alone, so that sums over parts do not depend on the number of threads.
/// </summary>
internal readonly struct ChannelRows
{
    private const int PartElements = 1 << 16;
    private const int MostParts = 32;

    public ChannelRows(Shape shape, int vector)
    {
        Channels = shape.Channels;
        var side = vector / (int)System.Numerics.BigInteger.GreatestCommonDivisor(vector, Channels);
        Width = (nint)side * Channels;
        Length = shape.Length;
        Rows = Length / Width;
        Rest = Length - (Rows * Width);
        Parts = (int)Math.Clamp(Length / PartElements, 1, MostParts);
    }

    public int Channels { get; }

    /// <summary>Elements of a wide row: a multiple of <see cref="Channels"/> and of the vector.</summary>
    public nint Width { get; }

    public nint Length { get; }

    /// <summary>Whole wide rows.</summary>
    public nint Rows { get; }

    /// <summary>Elements behind the last whole wide row, a multiple of <see cref="Channels"/>.</summary>
    public nint Rest { get; }

    public int Parts { get; }

    /// <summary>Wide rows of a part, and the elements behind them for the last part.</summary>
    public (nint Start, nint End, nint Tail) Part(int part)
        => (Rows * part / Parts, Rows * (part + 1) / Parts, part == Parts - 1 ? Rest : 0);
}
