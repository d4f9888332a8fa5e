namespace Semblance.Storage;

/// <summary>
/// The truth of a gallery, from which index files are derived and can always be rebuilt. Split by what it owns; the conformance suite
/// holds every implementation to it. Each read method sees one consistent state; each write method is one transaction, all or nothing,
/// and refuses on a store that may only be read. Thread-safe; other processes may read and write beside this one.
/// </summary>
internal interface IGalleryStore : IItemStore, IVectorStore, ISpaceStore, IChangeFeed, ILeaseStore, IDisposable
{
    /// <summary>Where the truth lies, for messages.</summary>
    string Location { get; }

    bool IsReadOnly { get; }

    /// <summary>Problems found by the integrity check of the storage engine and of references between rows; empty when sound.</summary>
    IReadOnlyList<string> CheckIntegrity();

    /// <summary>Writes a consistent copy of the truth to <paramref name="file"/> while others read and write.</summary>
    void BackupTo(string file);
}
