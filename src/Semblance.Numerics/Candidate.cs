namespace Semblance.Numerics;

/// <summary>An item and its distance from the query; smaller is nearer.</summary>
public readonly record struct Candidate(long Id, float Distance);
