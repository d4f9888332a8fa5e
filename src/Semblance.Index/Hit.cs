namespace Semblance.Index;

/// <summary>One answer of a search: the id of a stored row and its distance to the query; smaller is nearer.</summary>
public readonly record struct Hit(long Id, float Distance);
