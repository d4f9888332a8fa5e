using Semblance.Spaces;

namespace Semblance;

/// <content>What the gallery knows about its pictures, and their tags.</content>
public sealed partial class Gallery
{
    /// <summary>The folders that ingest runs have looked through, as full paths.</summary>
    public IReadOnlyList<string> Roots => Store.Roots;

    /// <summary>Files that could not be taken in, with the reason.</summary>
    public IReadOnlyList<GalleryFailure> Failures => Store.Failures;

    /// <summary>The pictures in id order, streamed; with <paramref name="includeMissing"/> also those whose files are gone.</summary>
    public IEnumerable<GalleryItem> Items(bool includeMissing = false) => Store.Items(includeMissing);

    public long CountItems(bool includeMissing = false) => Store.CountItems(includeMissing);

    /// <summary>The picture with this id, present or missing, or null where there is none.</summary>
    public GalleryItem? Item(long id) => Store.Item(id);

    /// <summary>The picture at this full path, present or missing, or null where there is none.</summary>
    public GalleryItem? ItemByPath(string path) => Store.ItemByPath(path);

    /// <summary>Those of the ids that the gallery has, present or missing.</summary>
    public IReadOnlyDictionary<long, GalleryItem> ItemsById(IReadOnlyCollection<long> ids) => Store.ItemsById(ids);

    /// <summary>The files beside pictures that belong to them, of the present pictures that have any, sorted by path.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> Sidecars() => Store.AllSidecars();

    /// <summary>The embedder's own vector of a picture in the active space, of its first view, before the projection; null where it has none.</summary>
    public float[]? Vector(long id) => State() is { ActiveSpace: { } active } state && SourceOf(state, active) is var source && Store.Vectors(source.Id, id) is [var bytes, ..]
        ? VectorForm.Decode(source.Kind, bytes, source.Dimension)
        : null;

    /// <summary>Tags of a picture, sorted.</summary>
    public IReadOnlyList<string> Tags(long id) => Store.Tags(id);

    /// <summary>Tags of every picture that has any, by id.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<string>> AllTags() => Store.AllTags();

    /// <summary>Adds tags to pictures; returns how many pairs of picture and tag are new.</summary>
    public int AddTags(IReadOnlyCollection<long> ids, IReadOnlyCollection<string> tags)
    {
        using var lease = Store.TakeShortLease();
        return Store.AddTags(ids, tags);
    }

    /// <summary>Takes tags from pictures; returns how many pairs of picture and tag there were.</summary>
    public int RemoveTags(IReadOnlyCollection<long> ids, IReadOnlyCollection<string> tags)
    {
        using var lease = Store.TakeShortLease();
        return Store.RemoveTags(ids, tags);
    }
}
