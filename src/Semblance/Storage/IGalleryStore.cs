using Semblance.Imaging;

namespace Semblance.Storage;

/// <summary>
/// The truth of a gallery: items, vectors, tags, failures, spaces. Index files are derived from it and can always be rebuilt.
/// Reads are consistent snapshots; each write method is one transaction. Thread-safe.
/// </summary>
internal interface IGalleryStore : IDisposable
{
    /// <summary>Where the truth lies, for messages.</summary>
    string Location { get; }

    bool IsReadOnly { get; }

    /// <summary>Counter of changes to the set of searchable pictures; an index with the same number is up to date.</summary>
    long ChangeCounter { get; }

    IReadOnlyList<Space> Spaces { get; }

    Space? ActiveSpace { get; }

    Space AddSpace(Space space);

    void ActivateSpace(long spaceId);

    void RemoveSpace(long spaceId);

    /// <summary>Stores a fitted projection as the next version of the space, with the score scale cleared.</summary>
    Space SaveProjection(long spaceId, byte[] projection, long fittedCount);

    byte[]? LoadProjection(long spaceId);

    void SaveScoreScale(long spaceId, ScoreScale scale);

    ScoreScale? LoadScoreScale(long spaceId);

    /// <summary>A setting that belongs to the gallery, or null where it was never made.</summary>
    string? Setting(string name);

    void SaveSetting(string name, string value);

    IReadOnlyList<string> Roots { get; }

    void AddRoots(IReadOnlyList<string> roots);

    /// <summary>Present (not missing) items, or all, in id order; streamed.</summary>
    IEnumerable<GalleryItem> Items(bool includeMissing = false);

    GalleryItem? Item(long id);

    GalleryItem? ItemByPath(string path);

    /// <summary>Any item, present or missing, with these bytes and a vector in the space.</summary>
    GalleryItem? ItemByHash(string hash, long spaceId);

    IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids);

    long CountItems(bool includeMissing = false);

    /// <summary>What decides whether a file must be looked at again, for every item, missing ones included; streamed.</summary>
    IEnumerable<ItemStamp> Stamps();

    /// <summary>Present items that have no vector in the space, in id order; streamed.</summary>
    IEnumerable<GalleryItem> ItemsWithoutVector(long spaceId);

    /// <summary>Raw vector of an item, or null where the space has none for it.</summary>
    float[]? Vector(long spaceId, long itemId);

    long CountVectors(long spaceId);

    /// <summary>Raw vectors of present items in id order; streamed.</summary>
    IEnumerable<(long ItemId, float[] Vector)> Vectors(long spaceId);

    /// <summary>What changed after <paramref name="changeCounter"/>: present items with their vectors, and ids that are gone (vector null).</summary>
    IEnumerable<(long ItemId, float[]? Vector)> ChangesSince(long spaceId, long changeCounter);

    /// <summary>Commits one finished batch of an ingest run, all or nothing.</summary>
    void Commit(IngestBatch batch);

    /// <summary>Adds vectors of existing items to a space that is being built beside the active one.</summary>
    void AddVectors(long spaceId, IReadOnlyList<(long ItemId, float[] Vector)> vectors);

    /// <summary>Sidecars of the present items that have any, sorted by path.</summary>
    IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> AllSidecars();

    /// <summary>Puts facts and sidecars in the place of what was known. Searches by likeness do not depend on them, so <see cref="ChangeCounter"/> stays.</summary>
    void SaveFacts(IReadOnlyList<ItemFacts> facts);

    /// <summary>Present items whose facts were read by an older program, which knew fewer.</summary>
    long CountOutdatedFacts();

    IReadOnlyList<GalleryFailure> Failures { get; }

    /// <summary>Size and time stamp of each failed file when it failed, by path.</summary>
    IReadOnlyDictionary<string, (long Size, DateTime Modified)> FailureStamps();

    /// <summary>Tags of an item, sorted.</summary>
    IReadOnlyList<string> Tags(long itemId);

    IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags();

    /// <summary>Adds tags to items; returns how many (item, tag) pairs are new.</summary>
    int AddTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags);

    int RemoveTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags);

    /// <summary>Problems found by the integrity check of the storage engine and of references between rows; empty when sound.</summary>
    IReadOnlyList<string> CheckIntegrity();

    /// <summary>Writes a consistent copy of the truth to <paramref name="file"/> while others read and write.</summary>
    void BackupTo(string file);
}

/// <summary>Results of a part of an ingest run that become visible together.</summary>
internal sealed record IngestBatch
{
    public required long SpaceId { get; init; }

    public IReadOnlyList<IngestedPicture> Pictures { get; init; } = [];

    /// <summary>Files whose time stamp changed and whose bytes did not.</summary>
    public IReadOnlyList<(long ItemId, long Size, DateTime Modified)> Touched { get; init; } = [];

    public IReadOnlyList<(long ItemId, string NewPath, long Size, DateTime Modified)> Renamed { get; init; } = [];

    /// <summary>Facts of items that are <see cref="Touched"/> or <see cref="Renamed"/>.</summary>
    public IReadOnlyList<ItemFacts> Facts { get; init; } = [];

    public IReadOnlyList<long> Vanished { get; init; } = [];

    public IReadOnlyList<FailedFile> Failed { get; init; } = [];

    /// <summary>Paths whose recorded failure no longer stands.</summary>
    public IReadOnlyList<string> Recovered { get; init; } = [];
}

/// <summary>A picture that is new (<paramref name="ItemId"/> null) or whose bytes changed. <c>Item.Id</c> is ignored.</summary>
internal sealed record IngestedPicture(long? ItemId, GalleryItem Item, float[] Vector)
{
    public IReadOnlyList<Sidecar> Sidecars { get; init; } = [];
}

/// <summary>What is known of how an item was taken, and the files beside it that belong to it.</summary>
internal sealed record ItemFacts(long ItemId, PhotoFacts Photo, IReadOnlyList<Sidecar> Sidecars);

internal sealed record FailedFile(string Path, long Size, DateTime Modified, string Reason, string Message);

/// <summary>The part of an item that an incremental run compares.</summary>
/// <param name="FactsOutdated">Its facts were read by an older program, which knew fewer.</param>
internal readonly record struct ItemStamp(long Id, string Path, long Size, DateTime Modified, string Hash, bool Missing, bool FactsOutdated);
