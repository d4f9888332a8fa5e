using Semblance.Index;

namespace Semblance.Searching;

/// <summary>
/// An index that its owner may replace while others use it: it is disposed when the owner and the last holder have let go.
/// </summary>
internal sealed class SharedIndex(VectorIndex index)
{
    private readonly Lock _lock = new();
    private int _holders = 1; // The owner.

    public VectorIndex Index => index;

    /// <summary>Only while somebody is known to hold it: the owner under the owner's lock.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_holders == 0, this);
            _holders++;
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            if (--_holders > 0)
                return;
        }
        index.Dispose();
    }
}
