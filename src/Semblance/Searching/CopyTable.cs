using Semblance.Index;
using Semblance.Storage;

namespace Semblance.Searching;

/// <summary>
/// The perceptual hashes of all present pictures in memory, so that a search knows without a look at candidates whether there may be copies of
/// its picture beyond the answer. Made in the background once a process has searched a few times; kept up by the change feed. 16 to 40
/// bytes a picture. Thread-safe.
/// </summary>
internal sealed class CopyTable(IGalleryStore store) : IDisposable
{
    /// <summary>A command that searches once and ends shall not read all pictures for it.</summary>
    private const int SearchesBefore = 3;

    private readonly Lock _lock = new();
    private CodeIndex? _hashes;
    private Task? _building;
    private int _asked;
    private bool _disposed;

    /// <summary>
    /// Pictures, present by <paramref name="version"/>, whose hashes may be those of a copy: of two hashes that must agree, the first does. Null while
    /// the table is not made.
    /// </summary>
    /// <param name="itemId">The picture itself, where it is one of the gallery; else <paramref name="hashes"/>.</param>
    public IReadOnlyList<long>? Near(long? itemId, PictureHashes? hashes, GalleryVersion version)
    {
        CodeIndex table;
        lock (_lock)
        {
            if (_hashes is null || _disposed)
            {
                Begin();
                return null;
            }
            table = _hashes;
            if (table.Generation < version.Changes)
                CatchUp(table);
        }
        ulong[] code = [0];
        if (itemId is not { } id)
            code[0] = hashes!.Value.PHash;
        else if (!table.TryGetCode(id, code))
            return null;
        return PictureHashes.MayTell(code[0]) ? [.. table.SearchRange(code, PictureHashes.MostBitsOfCopies).Select(hit => hit.Id)] : [];
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _hashes?.Dispose();
            _hashes = null;
        }
    }

    private void Begin()
    {
        if (++_asked <= SearchesBefore || _building is { IsFaulted: false } || _disposed)
            return;
        // What fails here fails for searches, too, and is told by them.
        _building = Task.Run(() =>
        {
            var fresh = CodeIndexes.Create(MihIndex.KindName, 64);
            CatchUp(fresh);
            lock (_lock)
            {
                if (_disposed)
                    fresh.Dispose();
                else
                    _hashes = fresh;
            }
        });
    }

    private void CatchUp(CodeIndex table)
    {
        var changes = store.Version.Changes;
        var (ids, codes) = (new List<long>(), new List<ulong>());
        store.ReadHashes(table.Generation, (id, isMissing, pHash) =>
        {
            if (isMissing)
            {
                table.Remove(id);
                return;
            }
            ids.Add(id);
            codes.Add(pHash);
        });
        if (ids.Count > 0)
            table.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(codes));
        table.Generation = changes;
    }
}
