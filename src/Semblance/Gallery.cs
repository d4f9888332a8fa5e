using System.Diagnostics;
using System.Globalization;
using Semblance.Features;
using Semblance.Index;
using Semblance.Ingest;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Searching;
using Semblance.Storage;

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
    /// <summary>The value of <see cref="IndexKind"/> that leaves the choice to the collection's size.</summary>
    public const string AutomaticIndex = IndexPolicy.Auto;

    internal const string IndexSetting = "index";
    internal const string TargetRecallSetting = "target-recall";

    /// <summary>From here on the runtime that starts later and runs faster is done sooner.</summary>
    private const int ManyPictures = 100;

    private readonly GalleryOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<(long Space, int Threads, EmbedderUse Use), IEmbedder> _embedders = [];

    /// <summary>Opened to plan the first space and seen by nobody yet: an ingest of many pictures opens another and needs its memory.</summary>
    private IEmbedder? _planner;
    private readonly List<IndexUpkeep> _upkeeps = [];
    private SpaceIndex? _index;

    private Gallery(string folder, IGalleryStore store, GalleryOptions options)
    {
        Folder = folder;
        Store = store;
        _options = options;
    }

    /// <summary>Full path of the gallery's folder.</summary>
    public string Folder { get; }

    internal IGalleryStore Store { get; }

    public bool IsReadOnly => Store.IsReadOnly;

    /// <summary>The space that searches use; null before the first picture.</summary>
    public Space? Space => Store.ActiveSpace;

    /// <summary>Ends when the first look of the upkeep is done.</summary>
    internal Task UpkeepSettled
    {
        get
        {
            lock (_lock)
                return _upkeeps.LastOrDefault()?.Settled ?? Task.CompletedTask;
        }
    }

    public int Threads => _options.Threads;

    public int Seed => _options.Seed;

    public ModelStore Models => _options.Models ?? ModelStore.Default;

    /// <summary>
    /// The kind of index that searches use, a name of <see cref="VectorIndexes.Kinds"/> or <see cref="AutomaticIndex"/>, which lets
    /// <see cref="VectorIndexes.Choose"/> decide by the number of pictures. Kept with the gallery; the index follows at the end of the
    /// next ingest run, or by <see cref="GalleryOptions.Upkeep"/>.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public string IndexKind
    {
        get => Store.Setting(IndexSetting) ?? AutomaticIndex;
        set
        {
            if (value != AutomaticIndex && !VectorIndexes.Kinds.Contains(value))
                throw new ArgumentException($"There is no index kind '{value}'; there are {AutomaticIndex}, {string.Join(", ", VectorIndexes.Kinds)}.", nameof(value));
            Store.SaveSetting(IndexSetting, value);
        }
    }

    /// <summary>
    /// The share of the true nearest ten that a search of an approximate kind should return on average; 1 scans all pictures. Above 0,
    /// at most 1, usually 0.98. Kept with the gallery; <see cref="Query.TargetRecall"/> is for one search.
    /// </summary>
    public float TargetRecall
    {
        get => float.TryParse(Store.Setting(TargetRecallSetting), NumberStyles.Float, CultureInfo.InvariantCulture, out var recall) && recall is > 0 and <= 1
            ? recall
            : IndexPolicy.UsualTargetRecall;
        set
        {
            if (value is not (> 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "The target recall must be above 0 and at most 1.");
            Store.SaveSetting(TargetRecallSetting, value.ToString(CultureInfo.InvariantCulture));
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
                throw new GalleryException($"There is no gallery in '{folder}'; make one with `semblance index DIR --gallery '{folder}'`.");
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new GalleryException($"The gallery folder '{folder}' cannot be made: {e.Message}", e);
            }
        }
        var store = SqliteGalleryStore.Open(folder, options.ReadOnly);
        try
        {
            if (options.Model is { } asked && store.ActiveSpace is { } space && asked != space.Model)
                throw new GalleryRefusedException($"The gallery '{folder}' holds vectors of the model '{space.Model}', not '{asked}', and the two cannot be compared; switch it with `{ReindexCommand(asked, folder)}`. Nothing was changed.");
        }
        catch
        {
            store.Dispose();
            throw;
        }
        return new Gallery(folder, store, options);
    }

    private static string ReindexCommand(string model, string folder) => $"semblance reindex --model {model} --gallery '{folder}'";

    /// <summary>True where <paramref name="folder"/> holds a gallery.</summary>
    public static bool Exists(string folder) => SqliteGalleryStore.Exists(folder);

    /// <summary>
    /// The command that moves the gallery to a model that this version has, where its own is one of an earlier version; null else. Until
    /// then it answers by the pictures it holds and takes in no others.
    /// </summary>
    public string? UpgradeCommand => Space is { } space && Embedders.IsRetired(space.Model) ? ReindexCommand(GalleryOptions.DefaultModel, Folder) : null;

    private void RefuseRetired()
    {
        if (UpgradeCommand is { } command)
            throw new GalleryRefusedException($"The gallery '{Folder}' was made with '{Space!.Model}', a model of earlier versions, so no other picture can be compared with those in it. `{command}` moves it to the present model and keeps its tags; `id:N` queries and filters answer meanwhile. Nothing was changed.");
    }

    /// <summary>The embedder of the active space (of the configured model while there is none); loaded at first use.</summary>
    /// <exception cref="GalleryRefusedException">The model is one of an earlier version, or another version of it made the gallery; the message names the command that helps.</exception>
    public IEmbedder Embedder => EmbedderOf(Space, _options.Threads);

    /// <summary>For an ingest of so many pictures, by calls side by side.</summary>
    private IEmbedder EmbedderFor(Space space, long pictures) => EmbedderOf(space, 1, pictures >= ManyPictures ? EmbedderUse.Many : EmbedderUse.Few);

    /// <param name="threads">Threads of one call: all of them for a single query, one where many calls run side by side.</param>
    private IEmbedder EmbedderOf(Space? space, int threads, EmbedderUse use = EmbedderUse.Few)
    {
        var key = (space?.Id ?? 0, threads, use);
        lock (_embedders)
        {
            if (_embedders.TryGetValue(key, out var open))
                return open;
            RefuseRetired();
            if (_planner is { } planner)
            {
                _planner = null;
                // The gallery may have another model by now.
                if ((threads, use) == (1, EmbedderUse.Few) && (space is null || space.Sha256 == planner.Identity.Sha256))
                    return _embedders[key] = planner;
                planner.Dispose();
            }
            var embedder = Embedders.Open(space?.Model ?? PlannedModel, Models, threads, use);
            if (space is not null && embedder.Identity.Sha256 != space.Sha256)
            {
                embedder.Dispose();
                throw new GalleryRefusedException($"The gallery '{Folder}' was made with another version of the model '{space.Model}': its network, or what its manifest says of feeding it, is not the same (identity {space.Sha256[..12]}…, found {embedder.Identity.Sha256[..12]}…), and their vectors cannot be compared; bring that version back, or run `{ReindexCommand(space.Model, Folder)}`. Nothing was changed.");
            }
            return _embedders[key] = embedder;
        }
    }

    /// <summary>Makes the gallery know the pictures in <paramref name="folder"/> and below: only new, changed and vanished ones cost time.</summary>
    public Task<IngestReport> IngestAsync(string folder, IngestOptions? options = null, CancellationToken cancellationToken = default) =>
        IngestAsync([folder], options, cancellationToken);

    /// <inheritdoc cref="IngestAsync(string, IngestOptions?, CancellationToken)"/>
    public async Task<IngestReport> IngestAsync(IReadOnlyList<string> folders, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        RefuseRetired();
        var roots = folders.Select(FullFolder).Distinct(StringComparer.Ordinal).ToList();
        if (options.DryRun)
            return await new IngestRun(Store, Space ?? PlannedSpace(EmbedderOf(null, 1)), _ => EmbedderOf(Space, 1), Folder, options, _options.Threads).RunAsync(roots, cancellationToken);

        using var lease = TakeLease();
        var space = Space ?? AddFirstSpace();
        Store.AddRoots(roots);
        var report = await new IngestRun(Store, space, pictures => EmbedderFor(space, pictures), Folder, options, _options.Threads).RunAsync(roots, cancellationToken);
        Derive(space, () => OpenEmbedderOf(space), options, cancellationToken);
        return report;
    }

    private string PlannedModel => _options.Model ?? GalleryOptions.DefaultModel;

    /// <summary>Makes the space of a new gallery; a model that cannot be opened leaves none behind.</summary>
    private Space AddFirstSpace()
    {
        lock (_embedders)
        {
            if (_embedders.Remove((0, 1, EmbedderUse.Few), out var open))
            {
                var known = Store.AddSpace(PlannedSpace(open) with { Active = true });
                _embedders[(known.Id, 1, EmbedderUse.Few)] = open;
                return known;
            }
            _planner ??= Embedders.Open(PlannedModel, Models);
            return Store.AddSpace(PlannedSpace(_planner) with { Active = true });
        }
    }

    /// <summary>An embedder that an ingest has used, whatever it was opened for, else one for a few pictures.</summary>
    private IEmbedder OpenEmbedderOf(Space space)
    {
        lock (_embedders)
        {
            if (_embedders.TryGetValue((space.Id, 1, EmbedderUse.Many), out var open))
                return open;
        }
        return EmbedderOf(space, 1);
    }

    private WriterLease TakeLease()
    {
        if (IsReadOnly)
            throw new GalleryRefusedException($"The gallery '{Folder}' can only be read (its disk or file cannot be written, or the disk is full), so nothing can be changed in it.");
        return WriterLease.Take(Folder);
    }

    private static string FullFolder(string folder)
    {
        if (folder == "~" || folder.StartsWith("~/", StringComparison.Ordinal))
            folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + folder[1..];
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(full))
            throw new GalleryException($"'{folder}' is a file; name the folder that holds the pictures.");
        return Directory.Exists(full) ? full : throw new GalleryException($"There is no folder '{full}'; check its name, and whether its disk is mounted. Nothing was changed.");
    }

    private Space PlannedSpace(IEmbedder embedder)
    {
        var identity = embedder.Identity;
        var taken = Store.Spaces.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var stem = string.Concat(identity.Id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));
        var name = stem;
        for (var i = 2; taken.Contains(name); i++)
            name = $"{stem}-{i}";
        var post = _options.PostProcessing ?? (embedder.BenefitsFromWhitening ? PostProcessing.CopyWhitening : PostProcessing.None);
        return new Space(0, name, identity.Id, identity.Sha256, SpaceKind.Float, Modality.Picture, identity.Dimension, "cosine", post, 0, 0, Active: false);
    }

    /// <summary>Brings everything that is derived from the rows up to date: projection, index file, score scale.</summary>
    private void Derive(Space space, Func<IEmbedder> embedder, IngestOptions options, CancellationToken cancellationToken)
    {
        var vectors = Store.CountVectors(space.Id);
        if (Projection.IsFitDue(space, vectors))
        {
            options.Progress?.Report(new IngestProgress("fit", 0, vectors, 0, 0));
            space = Store.SaveProjection(space.Id, Projection.Fit(Store, space, vectors, embedder, _options.Seed, _options.Threads, cancellationToken), vectors);
        }
        options.Progress?.Report(new IngestProgress("index", 0, vectors, 0, 0));
        var index = IndexOf(space, cancellationToken);
        try
        {
            index.BuildIfWorthIt(_options.Threads, cancellationToken);
            index.Save();
        }
        catch (IOException e)
        {
            throw new GalleryStorageException($"Every picture is committed, but the index file beside them cannot be written ({e.Message}); searches work and take longer to start. Free some space and run this again.", e);
        }
        if (Store.LoadScoreScale(space.Id) is not { Fitted: true })
        {
            using var held = index.Hold();
            Store.SaveScoreScale(space.Id, ScoreScaleFit.Fit(held, Store, embedder(), _options.Seed, _options.Threads, cancellationToken));
        }
    }

    /// <summary>What an ingest run does with the index at its end, for tests.</summary>
    internal void BuildIndexIfWorthIt(bool compact, CancellationToken cancellationToken)
    {
        var index = IndexOf(Space!, cancellationToken);
        index.BuildIfWorthIt(_options.Threads, cancellationToken);
        if (compact)
        {
            using var held = index.Hold();
            held.Vectors.Compact();
        }
        index.Save();
    }

    /// <summary>The current index of a space, caught up with the truth.</summary>
    private SpaceIndex IndexOf(Space space, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_index is not null && _index.Space.Id == space.Id && _index.Space.ProjectionVersion == space.ProjectionVersion)
            {
                _index.Refresh(cancellationToken);
                _upkeeps.LastOrDefault()?.Wake();
                return _index;
            }
            // Readers that still hold the old one finish undisturbed.
            _upkeeps.LastOrDefault()?.Cancel();
            _index?.Retire();
            _index = null;
            _index = SpaceIndex.Open(Store, space, Folder, _options.Seed, cancellationToken);
            if (_options.Upkeep)
                _upkeeps.Add(new IndexUpkeep(_index, _options.Log));
            return _index;
        }
    }

    /// <summary>The current index of a space, caught up with the truth, for as long as the caller needs it.</summary>
    private HeldIndex HoldIndexOf(Space space, CancellationToken cancellationToken)
    {
        lock (_lock)
            return IndexOf(space, cancellationToken).Hold();
    }

    /// <summary>The <paramref name="k"/> pictures most like the query, best first; empty when nothing passes the filter and the score limit.</summary>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(Query query, int k = 10, CancellationToken cancellationToken = default) =>
        (await ExplainAsync(query, k, cancellationToken)).Hits;

    /// <summary>The <paramref name="k"/> pictures most like a picture of the gallery, itself left out.</summary>
    public Task<IReadOnlyList<SearchHit>> SimilarAsync(long id, int k = 10, string? where = null, CancellationToken cancellationToken = default) =>
        SearchAsync(Query.FromId(id) with { Where = where }, k, cancellationToken);

    /// <summary>As <see cref="SearchAsync"/>, with how the answer was found.</summary>
    public async Task<SearchAnswer> ExplainAsync(Query query, int k = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var space = Space ?? throw new GalleryException($"The gallery '{Folder}' holds no pictures yet; add some with `semblance index DIR --gallery '{Folder}'`.");
        // Loading the index and making the query's vector need different things, so they overlap.
        var opening = Task.Run(() => HoldIndexOf(space, cancellationToken), cancellationToken);
        try
        {
            return await ExplainAsync(query, k, space, opening, cancellationToken);
        }
        finally
        {
            // Also where the query failed before it asked for the index.
            _ = opening.ContinueWith(static opened => opened.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<SearchAnswer> ExplainAsync(Query query, int k, Space space, Task<HeldIndex> opening, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var resolver = new QueryResolver(Store, space, () => EmbedderOf(space, _options.Threads));
        var resolved = await resolver.ResolveAsync(query, cancellationToken);
        var index = await opening;
        var vector = resolved.Combine(index.Projection);
        var embedMilliseconds = watch.Elapsed.TotalMilliseconds;

        var allowed = query.Where is { } where ? Passing(Filter.Parse(where)) : null;
        if (query.Among is { } among)
            allowed = new IdBitmap(among.Where(id => allowed?.Contains(id) ?? index.Vectors.Contains(id)));
        foreach (var id in resolved.Examples)
            allowed?.Remove(id);
        var trace = new SearchTrace();
        var options = new SearchOptions
        {
            TargetRecall = query.TargetRecall ?? TargetRecall,
            Trace = trace,
            Allowed = allowed,
            Filter = allowed is null && resolved.Examples.Count > 0 ? id => !resolved.Examples.Contains(id) : null,
            // A score that is raised may pass the limit that the vector's own does not.
            MaxDistance = resolved.Only is null && query.MinScore is { } least ? 1 - least + ScoreScale.Rounding : null,
        };
        watch.Restart();
        var found = index.Vectors.Search(vector, resolved.Only is null ? k : Math.Max(k, CopyLift.Candidates), options);
        var microseconds = watch.Elapsed.TotalMicroseconds;
        var hits = Hits(found, k, resolved.Only, query.MinScore);
        var explanation = new SearchExplanation(index.Vectors.Kind, space.Name, allowed?.Count ?? index.Vectors.Count, allowed is not null, embedMilliseconds, microseconds)
        {
            Effort = trace.Effort > 0 ? trace.Effort : null,
            Visited = trace.Visited,
            Rescored = trace.Rescored,
            Scanned = trace.Scanned,
            RecallEstimate = trace.Scanned ? 1 : trace.RecallEstimate,
            Raised = hits.Count(hit => hit.HashBits is not null),
        };
        return new SearchAnswer(hits, explanation);
    }

    private List<SearchHit> Hits(IReadOnlyList<Hit> found, int k, QueryPicture? only, float? minScore)
    {
        var items = Store.ItemsById([.. found.Select(hit => hit.Id)]);
        var scale = Scale;
        var lift = only is not null ? new CopyLift(only, scale) : null;
        var hits = new List<SearchHit>(found.Count);
        foreach (var hit in found)
        {
            // A row may have been changed between the index's look and this one; what is gone is no answer.
            if (!items.TryGetValue(hit.Id, out var item) || item.Missing)
                continue;
            var (score, bits) = lift?.Of(item) is { } raised && raised.Score > 1 - hit.Distance ? (raised.Score, (int?)raised.Bits) : (1 - hit.Distance, null);
            if (score < minScore - ScoreScale.Rounding)
                continue;
            // They come in order but for the few that are raised.
            var place = hits.Count;
            while (place > 0 && hits[place - 1].Score < score)
                place--;
            hits.Insert(place, new SearchHit(0, item.Id, item.Path, score, 1 - score, scale.WordOf(score), item) { HashBits = bits });
        }
        if (hits.Count > k)
            hits.RemoveRange(k, hits.Count - k);
        for (var i = 0; i < hits.Count; i++)
            hits[i] = hits[i] with { Rank = i + 1 };
        return hits;
    }

    private IdBitmap Passing(Filter filter)
    {
        var tags = filter.NeedsTags ? Store.AllTags() : null;
        var passing = new IdBitmap();
        foreach (var item in Store.Items())
        {
            if (filter.Matches(item, tags?.GetValueOrDefault(item.Id) ?? []))
                passing.Add(item.Id);
        }
        return passing;
    }

    /// <summary>What scores mean in the active space.</summary>
    public ScoreScale Scale => (Space is { } space ? Store.LoadScoreScale(space.Id) : null) ?? ScoreScale.Unfitted;

    /// <summary>The searched vectors of all present pictures, <c>[n, d]</c>, L2-normalised, in id order.</summary>
    public (long[] Ids, Matrix Vectors) ProjectedVectors(CancellationToken cancellationToken = default)
    {
        if (Space is not { } space)
            return ([], new Matrix(0, 0));
        using var held = HoldIndexOf(space, cancellationToken);
        var index = held.Vectors;
        var ids = Store.Items().Select(item => item.Id).Where(index.Contains).ToArray();
        var vectors = new Matrix(ids.Length, index.Dimension);
        for (var i = 0; i < ids.Length; i++)
            index.TryGetVector(ids[i], vectors.Row(i));
        return (ids, vectors);
    }

    /// <summary>Searched vectors of raw ones, <c>[n, raw d] → [n, d]</c>, by the active space's projection.</summary>
    public Matrix Project(Matrix raw, CancellationToken cancellationToken = default)
    {
        if (Space is not { } space)
            return raw;
        using var held = HoldIndexOf(space, cancellationToken);
        return held.Projection.Apply(raw);
    }

    /// <summary>
    /// Switches the gallery to another model: embeds every picture with it into a space beside the active one, which goes on
    /// answering, and swaps when it is complete. Can be cancelled and run again; the old space is kept.
    /// </summary>
    public async Task<IngestReport> ReindexAsync(string model, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        using var lease = TakeLease();
        using var embedder = Embedders.Open(model, Models, threads: 1, Store.CountItems() >= ManyPictures ? EmbedderUse.Many : EmbedderUse.Few);
        var identity = embedder.Identity;
        var space = Store.Spaces.FirstOrDefault(s => s.Model == identity.Id && s.Sha256 == identity.Sha256) ?? Store.AddSpace(PlannedSpace(embedder));
        var report = await new ReindexRun(Store, space, embedder, options, _options.Threads).RunAsync(cancellationToken);
        Derive(space, () => embedder, options, cancellationToken);
        Store.ActivateSpace(space.Id);
        return report;
    }

    public GalleryStatus Status()
    {
        var present = Store.CountItems();
        return new GalleryStatus(
            Folder,
            present,
            Store.CountItems(includeMissing: true) - present,
            Store.Failures.Count,
            Store.AllTags().Values.SelectMany(tags => tags).Distinct(StringComparer.Ordinal).Count(),
            Store.Roots,
            Store.Spaces,
            Scale,
            new DirectoryInfo(Folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Sum(file => file.Length),
            IsReadOnly,
            Space is { } space ? IndexOnDisk(space) : null)
        {
            OutdatedFacts = Store.CountOutdatedFacts(),
        };
    }

    private IndexStatus? IndexOnDisk(Space space)
    {
        using var index = SpaceIndex.OpenFile(Store, space, new IndexFolder(Folder, space), Projection.Load(space, Store.LoadProjection(space.Id)).Dimension, _options.Seed);
        if (index is null)
            return null;
        var statistics = index.Statistics;
        var target = TargetRecall;
        var picked = index.RecallCurve is { } curve ? curve.Points.First(point => point.Effort == curve.EffortFor(target)) : (RecallPoint?)null;
        return new IndexStatus(index.Kind, IndexKind, statistics.Count, statistics.Deleted, statistics.BytesTotal, index.Generation == Store.ChangeCounter, target, picked);
    }

    /// <summary>Checks the storage engine, every vector's checksum, references between rows, and the index file against the rows.</summary>
    public GalleryVerification Verify(CancellationToken cancellationToken = default)
    {
        var problems = Store.CheckIntegrity().ToList();
        var space = Space;
        if (space is not null && problems.Count == 0)
            problems.AddRange(IndexOf(space, cancellationToken).Verify());
        return new GalleryVerification(problems, Store.CountItems(), space is null ? 0 : Store.CountVectors(space.Id));
    }

    /// <summary>Writes the truth to one file (a SQLite database) while others read and write; index files are rebuilt from it.</summary>
    public void Snapshot(string file)
    {
        file = Path.GetFullPath(file);
        if (Path.Exists(file))
            throw new GalleryRefusedException($"'{file}' exists; name a new file for the snapshot. Nothing was changed.");
        var beside = file + ".part-" + Guid.NewGuid().ToString("N")[..8];
        try
        {
            var folder = Path.GetDirectoryName(file)!;
            Directory.CreateDirectory(folder);
            RemoveAbandoned(folder, Path.GetFileName(file) + ".part-*");
            Store.BackupTo(beside);
            File.Move(beside, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryStorageException($"The snapshot '{file}' cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Deletes what killed snapshots left; one that still lives has written within the hour.</summary>
    private static void RemoveAbandoned(string folder, string pattern)
    {
        foreach (var part in new DirectoryInfo(folder).EnumerateFiles(pattern).Where(part => DateTime.UtcNow - part.LastWriteTimeUtc > TimeSpan.FromHours(1)))
            part.Delete();
    }

    /// <summary>Makes a gallery in <paramref name="folder"/> from a snapshot; the snapshot is checked first, and nothing is touched if it is damaged.</summary>
    /// <param name="replace">Lets it take the place of a gallery that is there.</param>
    public static void Restore(string file, string folder, bool replace = false)
    {
        folder = Path.GetFullPath(folder);
        if (!File.Exists(file))
            throw new GalleryException($"There is no snapshot '{file}'.");
        if (Exists(folder) && !replace)
            throw new GalleryRefusedException($"'{folder}' holds a gallery already; name another folder, or add --yes to replace it. Nothing was changed.");
        try
        {
            Directory.CreateDirectory(folder);
            using var lease = WriterLease.Take(folder);
            // Nobody else restores while the lease is held, so what is there was left by a killed process.
            foreach (var abandoned in Directory.EnumerateDirectories(folder, "restore-*"))
                Directory.Delete(abandoned, recursive: true);
            var staged = Path.Combine(folder, "restore-" + Guid.NewGuid().ToString("N")[..8]);
            Directory.CreateDirectory(staged);
            try
            {
                var copy = SqliteGalleryStore.PathIn(staged);
                File.Copy(file, copy);
                using (var store = SqliteGalleryStore.Open(staged, readOnly: false))
                {
                    if (store.CheckIntegrity() is [var first, ..] problems)
                        throw new GalleryException($"The snapshot '{file}' is damaged ({problems.Count} problems, the first: {first}). Nothing was changed.");
                }
                // First, so that no index of the old pictures can ever stand beside the new: it is derived and built again.
                var spaces = Path.Combine(folder, "spaces");
                if (Directory.Exists(spaces))
                    Directory.Delete(spaces, recursive: true);
                SqliteGalleryStore.Replace(staged, folder);
            }
            finally
            {
                Directory.Delete(staged, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryStorageException($"The snapshot '{file}' cannot be restored to '{folder}': {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var upkeep in _upkeeps)
            upkeep.Dispose();
        _upkeeps.Clear();
        lock (_lock)
        {
            _index?.Retire();
        }
        lock (_embedders)
        {
            foreach (var embedder in _embedders.Values)
                embedder.Dispose();
            _embedders.Clear();
            _planner?.Dispose();
        }
        Store.Dispose();
    }
}
