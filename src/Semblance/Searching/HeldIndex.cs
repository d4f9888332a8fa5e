using Semblance.Index;

namespace Semblance.Searching;

/// <summary>The index of a space as one user needs it for a while: it stays usable, whatever takes its place, until it is disposed.</summary>
internal sealed class HeldIndex : IDisposable
{
    private SharedIndex? _shared;

    /// <param name="shared">Held already, for this object.</param>
    public HeldIndex(SharedIndex shared, Projection projection)
    {
        _shared = shared;
        Vectors = shared.Index;
        Projection = projection;
    }

    public VectorIndex Vectors { get; }

    public Projection Projection { get; }

    public void Dispose() => Interlocked.Exchange(ref _shared, null)?.Release();
}
