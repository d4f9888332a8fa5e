namespace Semblance.Numerics.Products;

/// <summary>
/// Memory that will be read when the work at hand is done: asked for in even steps meanwhile, since a copy or a first pass over it
/// would wait for every line.
/// </summary>
internal readonly unsafe struct MemoryAhead(byte* start, nint bytes)
{
    private const int Line = 64;

    public byte* Start => start;

    public bool IsEmpty => bytes <= 0;

    /// <summary>Bytes from one request to the next, so that so many requests cover it; at most a line, beyond which the end is left out.</summary>
    public nint Step(long requests) => (nint)Math.Clamp((bytes + requests - 1) / Math.Max(1, requests), 0, Line);
}
