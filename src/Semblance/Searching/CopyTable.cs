using System.Runtime.InteropServices;
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

    /// <summary>So many pictures are asked, once, whether they have any like them: about 20 µs each, in the background.</summary>
    private const int MostAsked = 200_000;

    private readonly Lock _lock = new();
    private CodeIndex? _hashes;
    private IdBitmap? _alike; // Pictures that may have others like them, most often few; null where nobody has asked.
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
        bool isLone;
        lock (_lock)
        {
            if (_hashes is null || _disposed)
            {
                Begin();
                return null;
            }
            table = _hashes;
            if (table.Generation < version.Changes && !CatchUp(table, _alike))
                _alike = null;
            isLone = itemId is { } one && _alike?.Contains(one) == false && table.Contains(one);
        }
        // Most pictures are like no other, which was found out before.
        if (isLone)
            return [];
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
            (_hashes, _alike) = (null, null);
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
            var alike = new IdBitmap();
            if (!CatchUp(fresh, alike))
                alike = null;
            lock (_lock)
            {
                if (_disposed)
                    fresh.Dispose();
                else
                    (_hashes, _alike) = (fresh, alike);
            }
        });
    }

    /// <returns>False where so many pictures came that none was asked for others like it.</returns>
    private bool CatchUp(CodeIndex table, IdBitmap? alike)
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
            table.Add(CollectionsMarshal.AsSpan(ids), CollectionsMarshal.AsSpan(codes));
        var asks = alike is not null && ids.Count <= MostAsked;
        for (var i = 0; asks && i < ids.Count; i++)
        {
            if (!PictureHashes.MayTell(codes[i]))
                continue;
            // Each is like itself. One that goes leaves others marked that need not be, which costs them a look.
            var near = table.SearchRange([codes[i]], PictureHashes.MostBitsOfCopies);
            for (var j = 0; near.Count > 1 && j < near.Count; j++)
                alike!.Add(near[j].Id);
        }
        table.Generation = changes;
        return asks;
    }
}
