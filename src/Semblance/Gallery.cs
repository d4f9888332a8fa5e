using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Semblance.Features;
using Semblance.Measuring;
using Semblance.Networks;
using Semblance.Searching;
using Semblance.Spaces;
using Semblance.Storage;
using Semblance.Storage.Sqlite;

namespace Semblance;

/// <summary>
/// A folder that knows what its pictures look like: <c>gallery.db</c> is the truth (pictures, raw vectors, tags, failures),
/// <c>spaces/</c> holds index files that are derived from it and can always be rebuilt.
/// <para>
/// Thread-safe. Any number of processes may search while one ingests; what is committed is seen by the next search.
/// A killed process loses at most the batch in flight.
/// </para>
/// </summary>
public sealed partial class Gallery : IDisposable
{
    private readonly GalleryOptions _options;
    private readonly ILogger _log;
    private readonly EmbedderPool _embedders;
    private readonly SpaceSearches _searches;
    private readonly FilterCache _filters;
    private readonly ItemCache _items = new();
    private readonly CopyTable _copies;
    private readonly Lock _upkeepLock = new();
    private readonly Dictionary<ISpaceSearch, IndexUpkeep> _upkeeps = [];

    /// <summary>What was read last; searches begin with it and are told at their end whether it still stands.</summary>
    private volatile GalleryState? _state;

    private Gallery(string folder, IGalleryStore store, GalleryOptions options)
    {
        Folder = folder;
        Store = store;
        _options = options;
        _log = options.Log ?? NullLogger.Instance;
        Models = options.Models ?? Embedders.OpenStore();
        _embedders = new EmbedderPool(Models, RefuseModel);
        _searches = new SpaceSearches(store, folder, options.Seed, options.IndexMemory, options.Upkeep ? LookAfter : null, _log);
        _filters = new FilterCache(store);
        _copies = new CopyTable(store);
    }

    /// <summary>Full path of the gallery's folder.</summary>
    public string Folder { get; }

    internal IGalleryStore Store { get; }

    public bool IsReadOnly => Store.IsReadOnly;

    public int Threads => _options.Threads;

    public int Seed => _options.Seed;

    public ModelStore Models { get; }

    /// <summary>Ends when the first look of the upkeep is done.</summary>
    internal Task UpkeepSettled
    {
        get
        {
            lock (_upkeepLock)
                return _upkeeps.Values.LastOrDefault()?.Settled ?? Task.CompletedTask;
        }
    }

    /// <summary>Opens the gallery in <paramref name="folder"/>, or makes an empty one there.</summary>
    /// <exception cref="GalleryRefusedException">It was written by a newer version, holds vectors of another model than asked for, or is locked.</exception>
    /// <exception cref="GalleryException">It is damaged, or there is none and <see cref="GalleryOptions.Create"/> is off.</exception>
    public static Gallery Open(string folder, GalleryOptions? options = null)
    {
        options ??= new GalleryOptions();
        folder = Path.GetFullPath(folder);
        if (!SqliteGalleryStore.Exists(folder))
        {
            if (!options.Create)
                throw new GalleryException(GalleryError.NoGallery, $"There is no gallery in '{folder}'.", null, ("folder", folder));
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new GalleryException(GalleryError.ReadOnly, $"The gallery folder '{folder}' cannot be made: {e.Message}", e, ("folder", folder));
            }
        }
        var store = SqliteGalleryStore.Open(folder, options.ReadOnly);
        try
        {
            if (options.Model is { } asked && store.LoadState().ActiveSpace is { } space && asked != space.Model)
                throw new GalleryRefusedException(GalleryError.OtherModel, $"The gallery '{folder}' holds vectors of the model '{space.Model}', not '{asked}', and the two cannot be compared; embed its pictures with that model first. Nothing was changed.", ("folder", folder), ("model", space.Model), ("asked", asked));
        }
        catch
        {
            store.Dispose();
            throw;
        }
        var gallery = new Gallery(folder, store, options);
        if (store.MigratedFrom is { } old)
            gallery._log.GalleryMigrated(folder, old, Schema.CurrentVersion);
        gallery._log.GalleryOpened(folder, store.IsReadOnly);
        return gallery;
    }

    /// <summary>True where <paramref name="folder"/> holds a gallery.</summary>
    public static bool Exists(string folder) => SqliteGalleryStore.Exists(folder);

    public void Dispose()
    {
        lock (_upkeepLock)
        {
            foreach (var upkeep in _upkeeps.Values)
                upkeep.Dispose();
            _upkeeps.Clear();
        }
        _searches.Dispose();
        _copies.Dispose();
        _embedders.Dispose();
        Store.Dispose();
    }

    private void LookAfter(ISpaceSearch search)
    {
        lock (_upkeepLock)
        {
            if (_upkeeps.TryGetValue(search, out var upkeep))
                upkeep.Wake();
            else
                _upkeeps[search] = new IndexUpkeep(search, _log);
        }
    }
}
