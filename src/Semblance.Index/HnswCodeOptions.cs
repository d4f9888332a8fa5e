namespace Semblance.Index;

/// <summary>How a graph over bit codes is built.</summary>
public sealed record HnswCodeOptions : GraphOptions;
