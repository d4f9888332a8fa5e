using Semblance.Duplicates;

namespace Semblance;

public enum DuplicateAction
{
    /// <summary>Does nothing to any file.</summary>
    List,

    /// <summary>Moves what is not kept into a folder.</summary>
    Move,

    /// <summary>Moves what is not kept into the user's trash, where the desktop can put it back.</summary>
    Trash,

    /// <summary>Replaces files of the same bytes on the same volume by hard links to the kept one.</summary>
    Hardlink,
}

public sealed record DuplicateActionOptions
{
    public DuplicateAction Action { get; init; } = DuplicateAction.List;

    /// <summary>Where <see cref="DuplicateAction.Move"/> puts files; made when it does not exist.</summary>
    public string? Folder { get; init; }

    /// <summary>False only tells what would be done; <c>--yes</c> sets it.</summary>
    public bool Apply { get; init; }

    /// <summary>Folder for the log that <see cref="DuplicateActions.Undo"/> reads; needed to apply anything.</summary>
    public string? LogFolder { get; init; }

    /// <summary>The user's trash in the layout of the freedesktop.org specification; null takes this system's.</summary>
    public string? TrashFolder { get; init; }

    /// <summary>
    /// Files that belong to pictures, by the picture's id (<see cref="Gallery.Sidecars"/>). They are moved with their picture,
    /// under its new name; those that belong to a picture that stays, too, stay with it.
    /// </summary>
    public IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> Sidecars { get; init; } = new Dictionary<long, IReadOnlyList<Sidecar>>();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <param name="Target">Where the file went or would go; the kept file for a hard link; null when it stays.</param>
/// <param name="Done">False in a dry run and for files that were left alone.</param>
/// <param name="Skipped">Why the file was left alone; null when it was not.</param>
public sealed record DuplicateStep(string Path, string? Target, bool Done, string? Skipped);

/// <param name="Log">The file to give to <see cref="DuplicateActions.Undo"/>; null when nothing was changed.</param>
public sealed record DuplicateReport(bool DryRun, IReadOnlyList<DuplicateStep> Steps, long Bytes, string? Log);

/// <summary>
/// Acts on groups of duplicates: a dry run unless told otherwise. Nothing is ever deleted, the kept picture is never touched, and
/// before each step both files are read again: a file that changed since it was indexed is left alone. Each step is logged
/// before it is taken, so that it can be undone even after a crash.
/// </summary>
public static class DuplicateActions
{
    public static DuplicateReport Run(IReadOnlyList<DuplicateGroup> groups, DuplicateActionOptions options, CancellationToken cancellationToken = default)
    {
        if (options.Action == DuplicateAction.Move && string.IsNullOrEmpty(options.Folder))
            throw new GalleryException("To move duplicates, name the folder that they shall go to.");
        if (options.Action != DuplicateAction.List && options.Apply && string.IsNullOrEmpty(options.LogFolder))
            throw new ArgumentException("A folder for the log is needed, so that the action can be undone.", nameof(options));
        var mover = Mover(options);
        var apply = options.Apply && options.Action != DuplicateAction.List;
        using var log = apply ? new DuplicateLog(options.LogFolder!, options.Time.GetUtcNow()) : null;
        var steps = new List<DuplicateStep>();
        var owners = options.Sidecars.Values.SelectMany(sidecars => sidecars).CountBy(sidecar => sidecar.Path, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var group in groups)
        {
            var keepProblem = options.Action == DuplicateAction.List ? null : Problem(group.Keep, cancellationToken);
            foreach (var (item, _, _) in group.Others)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (keepProblem is not null)
                {
                    steps.Add(new DuplicateStep(item.Path, null, false, $"the picture to keep {keepProblem}"));
                    continue;
                }
                var step = options.Action switch
                {
                    DuplicateAction.List => new DuplicateStep(item.Path, null, false, null),
                    DuplicateAction.Hardlink => Link(group.Keep, item, log, cancellationToken),
                    _ => Move(group.Keep, item, mover!, log, cancellationToken),
                };
                steps.Add(step);
                if (step.Skipped is not null)
                    continue;
                bytes += item.Size;
                if (mover is null)
                    continue;
                foreach (var sidecar in options.Sidecars.GetValueOrDefault(item.Id, []).Where(sidecar => --owners[sidecar.Path] == 0 && File.Exists(sidecar.Path)))
                {
                    steps.Add(MoveSidecar(sidecar.Path, item.Path, step.Target!, mover, log));
                    bytes += sidecar.Size;
                }
            }
        }
        return new DuplicateReport(!apply, steps, bytes, log?.Used == true ? log.Path : null);
    }

    /// <summary>
    /// Takes the steps of a log back, last first: moved files return to their places and hard links become files of their own.
    /// A step whose place is taken meanwhile is left alone and reported. Can be run again.
    /// </summary>
    public static DuplicateReport Undo(string logFile, CancellationToken cancellationToken = default)
    {
        var steps = new List<DuplicateStep>();
        long bytes = 0;
        foreach (var entry in DuplicateLog.Read(logFile).Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var skipped = entry.Action == DuplicateAction.Hardlink ? Unlink(entry) : MoveBack(entry);
            steps.Add(new DuplicateStep(entry.Target, entry.Path, skipped is null, skipped));
            if (skipped is null)
                bytes += new FileInfo(entry.Path).Length;
        }
        return new DuplicateReport(DryRun: false, steps, bytes, logFile);
    }

    private static IFileMover? Mover(DuplicateActionOptions options) => options.Action switch
    {
        DuplicateAction.Move => new FolderMover(options.Folder!),
        DuplicateAction.Trash => new TrashMover(options.TrashFolder ?? TrashMover.SystemFolder(), options.Time),
        _ => null,
    };

    private static DuplicateStep Move(GalleryItem keep, GalleryItem item, IFileMover mover, DuplicateLog? log, CancellationToken cancellationToken)
    {
        var problem = Problem(item, cancellationToken) ?? SameFile(keep, item);
        if (problem is not null)
            return new DuplicateStep(item.Path, null, false, $"it {problem}");
        var target = mover.Plan(item.Path);
        if (log is null)
            return new DuplicateStep(item.Path, target, false, null);
        log.Write(new DuplicateLogEntry(DuplicateAction.Move, item.Path, target, item.Hash, item.Modified));
        try
        {
            mover.Prepare(item.Path, target);
            SafeFiles.Move(item.Path, target, item.Hash);
            // Two paths can lead to one file in ways that no path shows (bind mounts, case folding).
            if (!File.Exists(keep.Path))
            {
                SafeFiles.Move(target, item.Path, item.Hash);
                return new DuplicateStep(item.Path, null, false, "it turned out to be the kept file itself under another name; put back");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DuplicateStep(item.Path, target, false, $"it could not be moved: {e.Message}");
        }
        return new DuplicateStep(item.Path, target, true, null);
    }

    /// <param name="target">Where the picture went or would go.</param>
    private static DuplicateStep MoveSidecar(string path, string picture, string target, IFileMover mover, DuplicateLog? log)
    {
        // It belongs to the picture by its name, so it follows a new one.
        var (name, stem) = (System.IO.Path.GetFileName(path), System.IO.Path.GetFileNameWithoutExtension(picture));
        if (name.StartsWith(stem, StringComparison.OrdinalIgnoreCase))
            name = System.IO.Path.GetFileNameWithoutExtension(target) + name[stem.Length..];
        var planned = mover.Plan(name);
        if (log is null)
            return new DuplicateStep(path, planned, false, null);
        try
        {
            var hash = SafeFiles.Hash(path);
            log.Write(new DuplicateLogEntry(DuplicateAction.Move, path, planned, hash, File.GetLastWriteTimeUtc(path)));
            mover.Prepare(path, planned);
            SafeFiles.Move(path, planned, hash);
            return new DuplicateStep(path, planned, true, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DuplicateStep(path, planned, false, $"it could not be moved: {e.Message}");
        }
    }

    private static DuplicateStep Link(GalleryItem keep, GalleryItem item, DuplicateLog? log, CancellationToken cancellationToken)
    {
        var problem = keep.Hash != item.Hash
            ? "has other bytes than the kept one, and only files of the same bytes may become links"
            : Problem(item, cancellationToken) ?? SameFile(keep, item);
        if (problem is not null)
            return new DuplicateStep(item.Path, null, false, $"it {problem}");
        if (log is null)
            return new DuplicateStep(item.Path, keep.Path, false, null);
        log.Write(new DuplicateLogEntry(DuplicateAction.Hardlink, item.Path, keep.Path, item.Hash, item.Modified));
        try
        {
            var beside = SafeFiles.NameBeside(item.Path);
            SafeFiles.HardLink(keep.Path, beside);
            File.Move(beside, item.Path, overwrite: true);
            // rename(2) between two names of one file does nothing and leaves both names.
            File.Delete(beside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DuplicateStep(item.Path, null, false, $"it could not be linked (a hard link needs one volume that supports it): {e.Message}");
        }
        return new DuplicateStep(item.Path, keep.Path, true, null);
    }

    /// <summary>Why a file is not the one that was indexed, as the rest of a sentence; null when it is.</summary>
    private static string? Problem(GalleryItem item, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(item.Path).LinkTarget is not null)
                return "is a symbolic link, which takes no space";
            cancellationToken.ThrowIfCancellationRequested();
            return SafeFiles.Hash(item.Path) == item.Hash ? null : "has changed since it was indexed; run index again";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "is no longer there; run index again";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    private static string? SameFile(GalleryItem keep, GalleryItem item) =>
        SafeFiles.RealPath(keep.Path) == SafeFiles.RealPath(item.Path) ? "is the kept file itself, reached through a link" : null;

    private static string? MoveBack(DuplicateLogEntry entry)
    {
        try
        {
            if (!File.Exists(entry.Target))
                return File.Exists(entry.Path) ? "it is in its old place" : "it is no longer where it was moved to";
            if (File.Exists(entry.Path))
                return "another file stands in its old place";
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(entry.Path)!);
            SafeFiles.Move(entry.Target, entry.Path, SafeFiles.Hash(entry.Target));
            TrashMover.Forget(entry.Target);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it could not be moved back: {e.Message}";
        }
    }

    private static string? Unlink(DuplicateLogEntry entry)
    {
        try
        {
            if (!File.Exists(entry.Path))
                return "it is no longer there";
            if (SafeFiles.Hash(entry.Path) != entry.Hash)
                return "it has changed since";
            var beside = SafeFiles.NameBeside(entry.Path);
            File.Copy(entry.Path, beside);
            File.SetLastWriteTimeUtc(beside, entry.Modified);
            File.Move(beside, entry.Path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it could not be made a file of its own: {e.Message}";
        }
    }
}
