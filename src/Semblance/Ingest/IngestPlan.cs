using Semblance.Storage;

namespace Semblance.Ingest;

/// <summary>
/// What a run has to do, found by holding the scanned files against what the truth remembers: path, size and time stamp
/// decide without opening a file whether it must be looked at again.
/// </summary>
internal sealed class IngestPlan
{
    public required IReadOnlyList<(ScannedFile File, ItemStamp? Known)> Candidates { get; init; }

    /// <summary>Unchanged pictures whose facts must be read again: the files beside them changed, or an older program read fewer.</summary>
    public required IReadOnlyList<(ItemStamp Known, bool SidecarsChanged)> FactsOnly { get; init; }

    /// <summary>Pictures that the truth believes present under the roots and the scan did not find.</summary>
    public required IReadOnlyList<ItemStamp> Vanished { get; init; }

    /// <summary>Recorded failures whose file has not changed since.</summary>
    public required IReadOnlyList<string> StillFailing { get; init; }

    /// <summary>Recorded failures under the roots whose file is gone.</summary>
    public required IReadOnlyList<string> Recovered { get; init; }

    public required long Unchanged { get; init; }

    public static IngestPlan Make(
        IReadOnlyList<ScannedFile> files,
        IReadOnlyList<string> roots,
        IEnumerable<ItemStamp> stamps,
        IReadOnlyDictionary<string, (long Size, DateTime Modified)> failures,
        IReadOnlyList<FailedFile> scanFailures,
        IReadOnlySet<long> withoutVector,
        IReadOnlyDictionary<string, IReadOnlyList<Sidecar>> sidecars,
        IReadOnlyDictionary<long, IReadOnlyList<Sidecar>> knownSidecars,
        IngestOptions options)
    {
        var known = stamps.Where(s => IsUnder(s.Path, roots)).ToDictionary(s => s.Path, StringComparer.Ordinal);
        var candidates = new List<(ScannedFile, ItemStamp?)>();
        var factsOnly = new List<(ItemStamp, bool)>();
        var stillFailing = new List<string>();
        var unchanged = 0L;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            seen.Add(file.Path);
            if (failures.TryGetValue(file.Path, out var failure) && failure == (file.Size, file.Modified) && !options.RetryFailed)
                stillFailing.Add(file.Path);
            else if (!known.TryGetValue(file.Path, out var stamp))
                candidates.Add((file, null));
            else if (!stamp.Missing && stamp.Size == file.Size && stamp.Modified == file.Modified && !withoutVector.Contains(stamp.Id))
            {
                var sidecarsChanged = !sidecars.GetValueOrDefault(file.Path, []).SequenceEqual(knownSidecars.GetValueOrDefault(stamp.Id, []));
                if (stamp.FactsOutdated || sidecarsChanged)
                    factsOnly.Add((stamp, sidecarsChanged && !stamp.FactsOutdated));
                unchanged++;
            }
            else
            {
                candidates.Add((file, stamp));
            }
        }
        // A folder that could not be read says nothing about the pictures below it.
        var unread = scanFailures.Select(f => f.Path).ToList();
        return new()
        {
            Candidates = candidates,
            FactsOnly = factsOnly,
            Vanished = [.. known.Values.Where(s => !s.Missing && !seen.Contains(s.Path) && !IsUnder(s.Path, unread))],
            StillFailing = stillFailing,
            Recovered = [.. failures.Keys.Where(path => !seen.Contains(path) && IsUnder(path, roots) && !unread.Contains(path))],
            Unchanged = unchanged,
        };
    }

    internal static bool IsUnder(string path, IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            if (path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || folder.EndsWith(Path.DirectorySeparatorChar) || path[folder.Length] == Path.DirectorySeparatorChar))
                return true;
        }
        return false;
    }
}
