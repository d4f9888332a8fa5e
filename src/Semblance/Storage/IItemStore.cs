using Semblance.Filtering;
using Semblance.Imaging;
using Semblance.Index;

namespace Semblance.Storage;

/// <summary>Pictures, their tags, the files that failed, the folders that were looked through.</summary>
internal interface IItemStore
{
    IReadOnlyList<string> Roots { get; }

    void AddRoots(IReadOnlyList<string> roots);

    /// <summary>Present (not missing) items, or all, in id order; streamed.</summary>
    IEnumerable<GalleryItem> Items(bool includeMissing = false);

    GalleryItem? Item(long id);

    GalleryItem? ItemByPath(string path);

    /// <summary>Any item, present or missing, with these bytes and vectors in the space.</summary>
    GalleryItem? ItemByHash(string hash, long spaceId);

    /// <summary>Those of the ids that there are, present or missing.</summary>
    IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids);

    /// <summary>What an answer is made from, all of it from one moment: some facts of candidates, of which the work may read others whole.</summary>
    T ReadAnswer<T>(IReadOnlyList<long> candidates, Func<AnswerRows, T> work);

    /// <summary>Those of the items that there are, present or missing, and the state of which this is true; one question to the truth.</summary>
    (IReadOnlyDictionary<long, GalleryItem> Items, GalleryVersion Version) ReadItems(IReadOnlyList<long> ids);

    /// <summary>The pHash of each item that changed after <paramref name="changes"/>; of all with 0.</summary>
    void ReadHashes(long changes, HashVisitor visit);

    /// <summary>Ids of the present items that pass, and the state of which this is true.</summary>
    (IdBitmap Ids, GalleryVersion Version) IdsWhere(FilterNode filter);

    long CountItems(bool includeMissing = false);

    /// <summary>What decides whether a file must be looked at again, for every item, missing ones included; streamed.</summary>
    IEnumerable<ItemStamp> Stamps();

    /// <summary>Commits one finished batch of an ingest run, all or nothing.</summary>
    void Commit(IngestBatch batch);

    /// <summary>Sidecars of the present items that have any, sorted by path.</summary>
    IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> AllSidecars();

    /// <summary>Puts facts and sidecars in the place of what was known. Searches by likeness do not depend on them, so <see cref="GalleryVersion.Changes"/> stays.</summary>
    void SaveFacts(IReadOnlyList<ItemFacts> facts);

    /// <summary>Present items whose facts were read by an older program, which knew fewer.</summary>
    long CountOutdatedFacts();

    IReadOnlyList<GalleryFailure> Failures { get; }

    /// <summary>Size and time stamp of each failed file when it failed, by path.</summary>
    IReadOnlyDictionary<string, (long Size, DateTime Modified)> FailureStamps();

    /// <summary>Tags of an item, sorted.</summary>
    IReadOnlyList<string> Tags(long itemId);

    IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags();

    /// <summary>Tags in use, whatever pictures have them.</summary>
    long CountTags();

    /// <summary>Adds tags to items; returns how many (item, tag) pairs are new.</summary>
    /// <exception cref="GalleryException">There is no item of an id; then nothing was changed.</exception>
    int AddTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags);

    int RemoveTags(IReadOnlyCollection<long> itemIds, IReadOnlyCollection<string> tags);
}

/// <summary>Is shown hashes one by one.</summary>
internal delegate void HashVisitor(long itemId, bool isMissing, ulong pHash);

/// <summary>Rows that an answer is made from, while they are read.</summary>
/// <param name="MarkOf">Of a candidate, by its id; null where there is none.</param>
/// <param name="Items">Reads those that are wanted whole.</param>
internal sealed record AnswerRows(GalleryVersion Version, Func<long, ItemMark?> MarkOf, Func<IReadOnlyCollection<long>, IReadOnlyDictionary<long, GalleryItem>> Items);

/// <summary>What ranking looks at in every candidate, where reading the whole item would take longer than the search.</summary>
internal readonly record struct ItemMark(bool Missing, ulong PHash, ulong DHash);

/// <summary>Results of a part of an ingest run that become visible together.</summary>
internal sealed record IngestBatch
{
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

/// <summary>
/// A picture that is new (<paramref name="ItemId"/> null) or whose bytes changed: vectors that other spaces had of it go, since they were
/// made from other bytes. <c>Item.Id</c> is ignored.
/// </summary>
/// <param name="Vectors">Its parts by the id of the space; spaces that are not named have none of it.</param>
internal sealed record IngestedPicture(long? ItemId, GalleryItem Item, IReadOnlyDictionary<long, IReadOnlyList<byte[]>> Vectors)
{
    public IReadOnlyList<Sidecar> Sidecars { get; init; } = [];
}

/// <summary>What is known of how an item was taken, and the files beside it that belong to it.</summary>
internal sealed record ItemFacts(long ItemId, PhotoFacts Photo, IReadOnlyList<Sidecar> Sidecars);

internal sealed record FailedFile(string Path, long Size, DateTime Modified, string Reason, string Message);

/// <summary>The part of an item that an incremental run compares.</summary>
/// <param name="FactsOutdated">Its facts were read by an older program, which knew fewer.</param>
internal readonly record struct ItemStamp(long Id, string Path, long Size, DateTime Modified, string Hash, bool Missing, bool FactsOutdated);
