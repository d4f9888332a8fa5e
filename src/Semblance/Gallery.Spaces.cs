using System.Globalization;
using Semblance.Features;
using Semblance.Index;
using Semblance.Ingest;
using Semblance.Measuring;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Spaces;
using Semblance.Storage;

namespace Semblance;

/// <content>Spaces: which there are, how they come and go, and what is derived from their vectors.</content>
public sealed partial class Gallery
{
    /// <summary>The value of <see cref="IndexKind"/> that leaves the choice to the collection's size.</summary>
    public const string AutomaticIndex = "auto";

    internal const string IndexSetting = "index";
    internal const string TargetRecallSetting = "target-recall";

    private const float UsualTargetRecall = 0.98f;

    /// <summary>The space that searches use which name none; null before the first picture.</summary>
    public Space? Space => State().ActiveSpace;

    /// <summary>All spaces, in the order in which they were added.</summary>
    public IReadOnlyList<Space> Spaces => State().Spaces;

    /// <summary>What scores mean in the active space.</summary>
    public ScoreScale Scale => State() is { ActiveSpace: { } space } state ? state.ScaleOf(space) : ScoreScale.Unfitted;

    /// <summary>
    /// The kind of index that searches use, a name of <see cref="VectorIndexes.Kinds"/> or of <see cref="CodeIndexes.Kinds"/> for the spaces that have such
    /// vectors, or <see cref="AutomaticIndex"/>, which lets <see cref="VectorIndexes.Choose"/> decide by the number of vectors. Kept with the
    /// gallery; the index follows at the end of the next ingest run, or by <see cref="GalleryOptions.Upkeep"/>.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public string IndexKind
    {
        get => State().Settings.GetValueOrDefault(IndexSetting, AutomaticIndex);
        set
        {
            if (value != AutomaticIndex && !VectorIndexes.Kinds.Contains(value) && !CodeIndexes.Kinds.Contains(value))
                throw new ArgumentException($"There is no index kind '{value}'; there are {AutomaticIndex}, {string.Join(", ", VectorIndexes.Kinds.Concat(CodeIndexes.Kinds))}.", nameof(value));
            SaveSetting(IndexSetting, value);
        }
    }

    /// <summary>
    /// The share of the true nearest ten that a search of an approximate kind should return on average; 1 scans all pictures. Above 0,
    /// at most 1, usually 0.98. Kept with the gallery; <see cref="Query.TargetRecall"/> is for one search.
    /// </summary>
    public float TargetRecall
    {
        get => TargetRecallOf(State());
        set
        {
            if (value is not (> 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "The target recall must be above 0 and at most 1.");
            SaveSetting(TargetRecallSetting, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>
    /// The model to move the gallery to (<see cref="ReindexAsync"/>) where its own is one of an earlier version; null else. Until then it answers
    /// by the pictures it holds and takes in no others.
    /// </summary>
    public string? UpgradeModel => Space is { } space && Embedders.IsRetired(space.Model) ? GalleryOptions.DefaultModel : null;

    /// <summary>The embedder of the active space (of the configured model while there is none); loaded at first use.</summary>
    /// <exception cref="GalleryRefusedException">The model is one of an earlier version, or another version of it made the gallery; its pictures must be embedded with the present one.</exception>
    public IEmbedder Embedder
    {
        get
        {
            RefuseRetired();
            return Space is { } space ? _embedders.ForFew(SourceOf(State(), space), _options.Threads) : _embedders.ForModel(PlannedModel, _options.Threads);
        }
    }

    /// <summary>
    /// Makes a space of another model beside the others and embeds every picture in it, while searches go on; from then on new pictures are
    /// embedded for it, too. Can be cancelled and run again.
    /// </summary>
    /// <param name="views">What of each picture is embedded; null for the whole.</param>
    /// <exception cref="GalleryException">The gallery has such a space already, with all its pictures.</exception>
    public async Task<IngestReport> AddSpaceAsync(string model, PictureViews? views = null, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        using var lease = Store.TakeLongLease();
        var description = _embedders.Describe(model);
        views ??= PictureViews.Whole;
        var space = State().Spaces.FirstOrDefault(space => space.Base is null && space.Sha256 == description.Sha256 && space.Views == views) ?? AddToTruth(PlannedSpace(description, views));
        if (!space.TakesPictures)
            Store.SetTakesPictures(space.Id, takes: true);
        return await FillAsync(space, options, cancellationToken);
    }

    /// <summary>
    /// Makes a space from the vectors of another by a head that is fitted to them, without reading a picture: short codes of a network's
    /// vectors, for one. It follows the other space by itself.
    /// </summary>
    /// <param name="head">A name of <see cref="VectorHeads"/>.</param>
    /// <param name="dimension">Numbers, or bits, of its vectors.</param>
    /// <param name="baseSpace">Name of the other space; null for the active one.</param>
    /// <exception cref="GalleryException">There is no such head or space, or too few vectors to fit it.</exception>
    public Space AddHeadSpace(string head, int dimension, string? baseSpace = null, CancellationToken cancellationToken = default)
    {
        using var lease = Store.TakeLongLease();
        var entry = VectorHeads.Find(head) ?? throw new GalleryException(GalleryError.BadRequest, $"There is no head '{head}'; there are {string.Join(", ", VectorHeads.All.Select(known => known.Name))}.", null);
        var state = State();
        var source = (baseSpace is null ? state.ActiveSpace : state.Spaces.FirstOrDefault(space => space.Name == baseSpace)) ?? throw new GalleryException($"The gallery has no space '{baseSpace}'; it has {string.Join(", ", state.Spaces.Select(space => space.Name))}.");
        if (source.Base is not null)
            throw new GalleryException($"The space '{source.Name}' is made from another itself; take that one.");
        var planned = new Space(
            0, FreeName(state, $"{source.Name}-{head}{dimension}"), source.Model, source.Sha256, entry.Kind, source.Modality, dimension, entry.Metric, PostProcessing.None, 0, 0, Active: false)
        {
            Views = source.Views,
            Base = new SpaceBase(source.Id, head),
        };
        if (!Projection.IsFitDue(planned, Store.CountVectors(source.Id).Vectors))
            throw new GalleryException($"The space '{source.Name}' has too few vectors to fit {dimension} dimensions of '{head}'; index more pictures, or take fewer.");
        var (vectors, fitted) = FitHead(planned, source, cancellationToken);
        var space = AddToTruth(planned with { ProjectionVersion = 1, FittedCount = vectors }, fitted);
        Derive(space, null, new IngestOptions(), cancellationToken);
        return State().Space(space.Id)!;
    }

    /// <summary>Makes a space that is complete the one that searches use which name none.</summary>
    /// <exception cref="GalleryException">There is no such space, or pictures are missing in it.</exception>
    public void UseSpace(string name)
    {
        using var lease = Store.TakeLongLease();
        var space = Named(name);
        if (Store.CountVectors(space.SourceId).Pictures < Store.CountItems())
            throw new GalleryException($"The space '{name}' has {Store.CountVectors(space.SourceId).Pictures} of {Store.CountItems()} pictures; complete it first.");
        Store.ActivateSpace(space.Id);
        _log.SpaceActivated(name);
    }

    /// <summary>Removes a space, its vectors and its index files.</summary>
    /// <exception cref="GalleryException">There is none of that name, it is the active one, or another is made from it.</exception>
    public void RemoveSpace(string name)
    {
        using var lease = Store.TakeLongLease();
        var space = Named(name);
        if (space.Active)
            throw new GalleryException($"Searches use the space '{name}'; let them use another first.");
        if (State().Spaces.FirstOrDefault(other => other.Base?.SpaceId == space.Id) is { } made)
            throw new GalleryException($"The space '{made.Name}' is made from '{name}'; remove that one first.");
        Store.RemoveSpace(space.Id);
        _searches.Forget(space.Id);
        DeleteFiles(space);
        _log.SpaceRemoved(name);
    }

    /// <summary>The searched vectors of all present pictures, <c>[n, d]</c>, L2-normalised, in id order.</summary>
    public (long[] Ids, Matrix Vectors) ProjectedVectors(CancellationToken cancellationToken = default) =>
        OpenActive(cancellationToken) is { } search ? search.Vectors(Store.Items().Select(item => item.Id)) : ([], new Matrix(0, 0));

    /// <summary>Searched vectors of raw ones, <c>[n, raw d] → [n, d]</c>, by the active space's projection.</summary>
    public Matrix Project(Matrix raw, CancellationToken cancellationToken = default) => OpenActive(cancellationToken) is { } search ? search.Project(raw) : raw;

    internal static float TargetRecallOf(GalleryState state) =>
        float.TryParse(state.Settings.GetValueOrDefault(TargetRecallSetting), NumberStyles.Float, CultureInfo.InvariantCulture, out var recall) && recall is > 0 and <= 1 ? recall : UsualTargetRecall;

    /// <summary>The search of the active space, caught up; null before the first picture.</summary>
    internal ISpaceSearch? OpenActive(CancellationToken cancellationToken) => State() is { ActiveSpace: { } space } state ? _searches.Open(space, state, cancellationToken) : null;

    /// <summary>What an ingest run does with the index at its end, for tests.</summary>
    internal void BuildIndexIfWorthIt(bool compact, CancellationToken cancellationToken)
    {
        var search = OpenActive(cancellationToken)!;
        search.BuildIfWorthIt(_options.Threads, cancellationToken);
        if (compact)
            search.Compact();
        search.Save();
    }

    /// <summary>What the truth says now, read again where anything in it has changed.</summary>
    private GalleryState State()
    {
        var version = Store.Version;
        return _state is { } known && known.Version.Revision == version.Revision ? known : _state = Store.LoadState();
    }

    private static Space SourceOf(GalleryState state, Space space) => space.Base is null ? space : state.Space(space.SourceId)!;

    private Space Named(string name) => State() is var state && state.Spaces.FirstOrDefault(space => space.Name == name) is { } space
        ? space
        : throw new GalleryException($"The gallery has no space '{name}'; it has {string.Join(", ", state.Spaces.Select(known => known.Name))}.");

    private string PlannedModel => _options.Model ?? GalleryOptions.DefaultModel;

    private Space PlannedSpace(EmbedderDescription description, PictureViews views) => new(
        0,
        FreeName(State(), views == PictureViews.Whole ? description.Id : $"{description.Id}-{views.Name}"),
        description.Id,
        description.Sha256,
        description.Kind,
        description.Modality,
        description.Dimension,
        description.Metric,
        description.Kind == SpaceKind.Float && description.Metric == Metric.Cosine
            ? _options.PostProcessing ?? (description.BenefitsFromWhitening ? PostProcessing.CopyWhitening : PostProcessing.None)
            : PostProcessing.None,
        0,
        0,
        Active: false)
    {
        Views = views,
    };

    private static string FreeName(GalleryState state, string wanted)
    {
        var taken = state.Spaces.Select(space => space.Name).ToHashSet(StringComparer.Ordinal);
        var stem = string.Concat(wanted.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));
        var name = stem;
        for (var i = 2; taken.Contains(name); i++)
            name = $"{stem}-{i}";
        return name;
    }

    private void SaveSetting(string name, string value)
    {
        using var lease = Store.TakeShortLease();
        Store.SaveSetting(name, value);
    }

    private void RefuseRetired()
    {
        if (UpgradeModel is not null)
            throw RefuseModel(Space!, null);
    }

    private GalleryRefusedException RefuseModel(Space space, EmbedderDescription? found) => found is null
        ? new(
            GalleryError.RetiredModel,
            $"The gallery '{Folder}' was made with '{space.Model}', a model of earlier versions, so no other picture can be compared with those in it; embedding its pictures with '{GalleryOptions.DefaultModel}' keeps its tags, and queries by the pictures it holds and filters answer meanwhile. Nothing was changed.",
            ("folder", Folder),
            ("model", space.Model),
            ("asked", GalleryOptions.DefaultModel))
        : new(
            GalleryError.ChangedModel,
            $"The gallery '{Folder}' was made with another version of the model '{space.Model}': its network, or what its manifest says of feeding it, is not the same (identity {space.Sha256[..12]}…, found {found.Sha256[..12]}…), and their vectors cannot be compared; bring that version back, or embed the pictures again. Nothing was changed.",
            ("folder", Folder),
            ("model", space.Model));

    /// <summary>Embeds what a space has not, and derives what hangs on it.</summary>
    private async Task<IngestReport> FillAsync(Space space, IngestOptions options, CancellationToken cancellationToken)
    {
        var embedder = _embedders.For(space, Store.CountItems());
        var report = await new ReindexRun(Store, space, embedder, options, _options.Threads, _log).RunAsync(cancellationToken);
        _log.SpaceFilled(space.Name, report.Added, report.Failed, report.Seconds);
        Derive(space, () => embedder, options, cancellationToken);
        return report;
    }

    private (long Vectors, byte[] Fitted) FitHead(Space head, Space source, CancellationToken cancellationToken)
    {
        var vectors = Store.CountVectors(source.Id).Vectors;
        try
        {
            return (vectors, Projection.Fit(Store, head, source, NoEmbedder, _options.Seed, _options.Threads, cancellationToken));
        }
        catch (ArgumentException e)
        {
            throw new GalleryException($"The head '{head.Base!.Head}' cannot be fitted to the space '{source.Name}': {e.Message}", e);
        }
    }

    /// <summary>Adds a space and removes what one of the same name may have left: a run that was killed between its rows and its files.</summary>
    private Space AddToTruth(Space space, byte[]? projection = null)
    {
        DeleteFiles(space);
        return Store.AddSpace(space, projection);
    }

    private void DeleteFiles(Space space)
    {
        var folder = Path.Combine(Folder, "spaces", space.Name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Lets a space rest that another takes the place of, so that pictures are not embedded for it any more, unless another one lives on it.</summary>
    private void LetRest(Space before, Space successor, IngestOptions options, CancellationToken cancellationToken)
    {
        var heads = State().Spaces.Where(space => space.Base?.SpaceId == before.Id && space.TakesPictures).ToList();
        var isSameModel = before.Model == successor.Model;
        if (heads.Count > 0 && !isSameModel && !Embedders.IsRetired(before.Model))
        {
            _log.SpaceFedOn(before.Name, heads[0].Name);
            return;
        }
        foreach (var head in heads)
        {
            var moved = head with { Sha256 = successor.Sha256, Base = head.Base! with { SpaceId = successor.Id }, ProjectionVersion = 0, FittedCount = 0 };
            if (isSameModel && Projection.IsFitDue(moved, Store.CountVectors(successor.Id).Vectors))
            {
                var (vectors, fitted) = FitHead(moved, successor, cancellationToken);
                // A version further, so that no file of the old one is taken for its own.
                var space = Store.ReplaceSpace(head.Id, moved with { ProjectionVersion = head.ProjectionVersion + 1, FittedCount = vectors }, fitted);
                _searches.Forget(head.Id);
                Derive(space, null, options, cancellationToken);
                _log.HeadMoved(head.Name, successor.Name);
            }
            else
            {
                Store.SetTakesPictures(head.Id, takes: false);
                _log.HeadLeftBehind(head.Name, before.Name);
            }
        }
        Store.SetTakesPictures(before.Id, takes: false);
    }

    private static IEmbedder NoEmbedder() => throw new InvalidOperationException("A head is fitted to vectors, not to pictures.");

    /// <summary>Brings everything that is derived from a space's vectors up to date: projection, index file, score scale.</summary>
    /// <param name="embedder">Null where no picture shall be read: then what needs some waits for a run that reads pictures anyway.</param>
    private void Derive(Space space, Func<IEmbedder>? embedder, IngestOptions options, CancellationToken cancellationToken)
    {
        var source = SourceOf(State(), space);
        var vectors = Store.CountVectors(source.Id).Vectors;
        if (Projection.IsFitDue(space, vectors))
        {
            options.Progress?.Report(new IngestProgress("fit", 0, vectors, 0, 0));
            space = Store.SaveProjection(space.Id, Projection.Fit(Store, space, source, embedder ?? NoEmbedder, _options.Seed, _options.Threads, cancellationToken), vectors);
            _log.ProjectionFitted(space.Name, space.ProjectionVersion, vectors);
        }
        options.Progress?.Report(new IngestProgress("index", 0, vectors, 0, 0));
        var search = _searches.Open(space, State(), cancellationToken);
        try
        {
            search.BuildIfWorthIt(_options.Threads, cancellationToken);
            search.Save();
        }
        catch (IOException e)
        {
            throw new GalleryStorageException($"Every picture is committed, but the index file beside them cannot be written ({e.Message}); searches work and take longer to start. Free some space and run this again.", e);
        }
        if (State().Scales.GetValueOrDefault(space.Id) is not { Fitted: true } && embedder is not null)
            Store.SaveScoreScale(space.Id, ScoreScaleFit.Fit(search, Store, embedder(), _options.Seed, _options.Threads, cancellationToken));
    }
}
