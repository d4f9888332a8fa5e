namespace Semblance;

/// <summary>
/// Keeps a gallery in step with its folders: file events start an ingest run after a quiet moment, and a full look is taken
/// from time to time, because events are lost on network disks and when a queue overflows.
/// </summary>
public sealed class GalleryWatcher : IDisposable
{
    private readonly Gallery _gallery;
    private readonly IReadOnlyList<string> _folders;
    private readonly IngestOptions _options;
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly SemaphoreSlim _changed = new(0);

    /// <param name="folders">Folders to watch; each must exist.</param>
    public GalleryWatcher(Gallery gallery, IReadOnlyList<string> folders, IngestOptions? options = null)
    {
        _gallery = gallery;
        _folders = folders;
        _options = options ?? new IngestOptions();
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
                throw new GalleryException(GalleryError.NoFile, $"There is no folder '{folder}' to watch; check its name, and whether its disk is mounted.", null, ("file", folder));
        }
    }

    /// <summary>Events closer together than this are one change: a copy of many files, a file that is still being written.</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A full look is taken at least this often.</summary>
    public TimeSpan FullLookEvery { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Runs until cancelled; <paramref name="report"/> gets the outcome of the first look and of every run that changed something.</summary>
    public async Task RunAsync(Action<IngestReport> report, CancellationToken cancellationToken)
    {
        StartWatching();
        var first = true;
        while (true)
        {
            var outcome = await IngestWhenFreeAsync(cancellationToken);
            if (first || outcome.Added + outcome.Updated + outcome.Renamed + outcome.Removed > 0)
                report(outcome);
            first = false;
            await _changed.WaitAsync(FullLookEvery, cancellationToken);
            do
            {
                await Task.Delay(QuietTime, cancellationToken);
            }
            while (Drain());
        }
    }

    private async Task<IngestReport> IngestWhenFreeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _gallery.IngestAsync(_folders, _options, cancellationToken);
            }
            catch (GalleryRefusedException) when (!_gallery.IsReadOnly && _gallery.UpgradeModel is null && !_options.AllowEmpty && _folders.All(HasEntries))
            {
                // Another process is ingesting; what it misses is found at the next look.
                await Task.Delay(QuietTime, cancellationToken);
            }
        }
    }

    private static bool HasEntries(string folder) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();

    private void StartWatching()
    {
        foreach (var folder in _folders)
        {
            var watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
                InternalBufferSize = 64 << 10,
            };
            watcher.Created += Notice;
            watcher.Changed += Notice;
            watcher.Deleted += Notice;
            watcher.Renamed += Notice;
            watcher.Error += (_, _) => _changed.Release();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
    }

    private void Notice(object sender, FileSystemEventArgs change)
    {
        // The gallery's own files change with every run.
        if (!change.FullPath.StartsWith(_gallery.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && change.FullPath != _gallery.Folder)
            _changed.Release();
    }

    private bool Drain()
    {
        var any = false;
        while (_changed.Wait(0))
            any = true;
        return any;
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers)
            watcher.Dispose();
        _changed.Dispose();
    }
}
