namespace Semblance.Index;

/// <summary>
/// What a complete check found. Each problem is a sentence; there are none when the index is sound.
/// A damaged index is never repaired: it is derived data and is built again.
/// </summary>
public sealed record IndexVerification(IReadOnlyList<string> Problems)
{
    public bool Ok => Problems.Count == 0;
}
