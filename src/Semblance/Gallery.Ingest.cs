using Semblance.Features;
using Semblance.Ingest;
using Semblance.Measuring;

namespace Semblance;

/// <content>Runs that read pictures.</content>
public sealed partial class Gallery
{
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
            return await Run([Space ?? PlannedSpace(_embedders.Describe(PlannedModel), Views)]).RunAsync(roots, cancellationToken);

        using var lease = Store.TakeLongLease();
        var isFirst = Space is null;
        var first = isFirst ? AddToTruth(PlannedSpace(_embedders.Describe(PlannedModel), Views) with { Active = true }) : null;
        try
        {
            Space[] spaces = [.. State().Spaces.Where(space => space.TakesPictures && space.Base is null)];
            Store.AddRoots(roots);
            var report = await Run(spaces).RunAsync(roots, cancellationToken);
            foreach (var space in State().Spaces.Where(space => space.TakesPictures))
                Derive(space, () => _embedders.For(SourceOf(State(), space), 0), options, cancellationToken);
            _log.Ingested(roots.Count, report.Seconds, report.Added, report.Updated, report.Renamed, report.Removed, report.Unchanged, report.Failed);
            return report;
        }
        catch (Exception e) when (e is not OperationCanceledException && first is not null && Store.CountVectors(first.Id).Vectors == 0)
        {
            // A model that cannot be opened leaves no space of its behind.
            Store.RemoveSpace(first.Id);
            _searches.Forget(first.Id);
            throw;
        }

        IngestRun Run(IReadOnlyList<Space> spaces) => new(Store, [.. spaces.Select(space => new IngestSpace(space, pictures => _embedders.For(space, pictures)))], Folder, options, _options.Threads, _log);
    }

    /// <summary>
    /// Switches the gallery to another model: embeds every picture with it into a space beside the active one, which goes on
    /// answering, and swaps when it is complete. Can be cancelled and run again; the old space is kept and takes in no more pictures. What was
    /// made from it by a head goes over to the new one where that is of the same model in other weights; if it is of another model, the old space is
    /// fed on for as long as another is made from it.
    /// </summary>
    public async Task<IngestReport> ReindexAsync(string model, IngestOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new IngestOptions();
        using var lease = Store.TakeLongLease();
        var description = _embedders.Describe(model);
        var before = Space;
        var views = before?.Views ?? Views;
        var space = State().Spaces.FirstOrDefault(space => space.Base is null && space.Model == description.Id && space.Sha256 == description.Sha256 && space.Views == views)
            ?? AddToTruth(PlannedSpace(description, views) with { TakesPictures = false });
        var report = await FillAsync(space, options, cancellationToken);
        Store.SetTakesPictures(space.Id, takes: true);
        // Activated last: what a killed run has left undone, the next one does.
        if (before is not null && before.Id != space.Id)
            LetRest(before, space, options, cancellationToken);
        Store.ActivateSpace(space.Id);
        _log.SpaceActivated(space.Name);
        return report;
    }

    private PictureViews Views => _options.Views ?? PictureViews.Whole;

    private static string FullFolder(string folder)
    {
        if (folder == "~" || folder.StartsWith("~/", StringComparison.Ordinal))
            folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + folder[1..];
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(full))
            throw new GalleryException(GalleryError.NoFile, $"'{folder}' is a file; name the folder that holds the pictures.", null, ("file", folder));
        return Directory.Exists(full) ? full : throw new GalleryException(GalleryError.NoFile, $"There is no folder '{full}'; check its name, and whether its disk is mounted. Nothing was changed.", null, ("file", full));
    }
}
