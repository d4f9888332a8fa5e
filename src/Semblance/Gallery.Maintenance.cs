using Semblance.Storage.Sqlite;

namespace Semblance;

/// <content>Status, checks, snapshots.</content>
public sealed partial class Gallery
{
    public GalleryStatus Status()
    {
        var state = State();
        var present = Store.CountItems();
        var statuses = state.Spaces.ToDictionary(space => space.Name, space => new SpaceStatus(Store.CountVectors(space.SourceId).Pictures, state.ScaleOf(space), _searches.Find(space).Status(state)), StringComparer.Ordinal);
        return new GalleryStatus(
            Folder,
            present,
            Store.CountItems(includeMissing: true) - present,
            Store.Failures.Count,
            Store.CountTags(),
            Store.Roots,
            state.Spaces,
            Scale,
            new DirectoryInfo(Folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Sum(file => file.Length),
            IsReadOnly,
            state.ActiveSpace is { } active ? statuses[active.Name].Index : null)
        {
            OutdatedFacts = Store.CountOutdatedFacts(),
            BySpace = statuses,
        };
    }

    /// <summary>Checks the storage engine, every vector's checksum, references between rows, and the index files against the rows.</summary>
    public GalleryVerification Verify(CancellationToken cancellationToken = default)
    {
        var problems = Store.CheckIntegrity().ToList();
        var state = State();
        if (problems.Count == 0)
        {
            foreach (var space in state.Spaces)
                problems.AddRange(_searches.Open(space, state, cancellationToken).Verify().Select(problem => space.Active ? problem : $"space '{space.Name}': {problem}"));
        }
        return new GalleryVerification(problems, Store.CountItems(), state.ActiveSpace is { } active ? Store.CountVectors(active.SourceId).Vectors : 0);
    }

    /// <summary>Writes the truth to one file (a SQLite database) while others read and write; index files are rebuilt from it.</summary>
    public void Snapshot(string file)
    {
        file = Path.GetFullPath(file);
        if (Path.Exists(file))
            throw new GalleryRefusedException(GalleryError.FileExists, $"'{file}' exists; name a new file for the snapshot. Nothing was changed.", ("file", file));
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
            throw new GalleryException(GalleryError.NoFile, $"There is no snapshot '{file}'.", null, ("file", file));
        if (Exists(folder) && !replace)
            throw new GalleryRefusedException(GalleryError.GalleryExists, $"'{folder}' holds a gallery already; name another folder, or let it be replaced. Nothing was changed.", ("folder", folder));
        try
        {
            Directory.CreateDirectory(folder);
            using var lease = FileLease.TakeWhole(folder);
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
                        throw new GalleryException(GalleryError.Damaged, $"The snapshot '{file}' is damaged ({problems.Count} problems, the first: {first}). Nothing was changed.", null, ("file", file));
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
}
