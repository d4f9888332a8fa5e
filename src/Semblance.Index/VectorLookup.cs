namespace Semblance.Index;

/// <summary>Copies the vector of an id into the span; false when there is none.</summary>
public delegate bool VectorLookup(long id, Span<float> vector);
