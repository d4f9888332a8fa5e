using System.Globalization;
using Semblance.Index;

namespace Semblance.Spaces;

/// <summary>
/// The index files of one space, <c>KIND-PROJECTION.index</c> each: derived data, of which any may be missing, damaged or old, and
/// which may be deleted at any time.
/// </summary>
/// <param name="kinds">All that the space may have.</param>
/// <param name="open">Opens a file of one of them.</param>
/// <param name="fits">Whether an opened index can answer for the space.</param>
internal sealed class IndexFiles<TIndex>(string galleryFolder, Space space, IReadOnlyList<string> kinds, Func<string, IndexBuildOptions, TIndex> open, Func<TIndex, bool> fits)
    where TIndex : class, IRowIndex
{
    private const string Suffix = ".index";

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _damaged = new(StringComparer.Ordinal);

    private readonly string _folder = Path.Combine(galleryFolder, "spaces", space.Name);

    public string PathOf(string kind) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{kind}-{space.ProjectionVersion}{Suffix}"));

    public void Create() => Directory.CreateDirectory(_folder);

    /// <summary>The usable file of the named kind, else the most recent of any kind, opened; null where there is none.</summary>
    public TIndex? Open(string kind, long changes, IndexBuildOptions options) =>
        OpenKind(kind, changes, options)
        ?? kinds.Where(other => other != kind)
            .Select(other => (Kind: other, Generation: GenerationOf(PathOf(other))))
            .Where(other => other.Generation >= 0)
            .OrderByDescending(other => other.Generation)
            .Select(other => OpenKind(other.Kind, changes, options))
            .FirstOrDefault(index => index is not null);

    /// <summary>The usable file of one kind, opened; null where there is none.</summary>
    public TIndex? OpenKind(string kind, long changes, IndexBuildOptions options)
    {
        if (!File.Exists(PathOf(kind)))
            return null;
        try
        {
            var index = open(PathOf(kind), options);
            // A file that is ahead of the truth belongs to a truth that was since restored from a snapshot.
            if (index.Kind == kind && fits(index) && index.Generation >= 0 && index.Generation <= changes)
                return index;
            index.Dispose();
        }
        catch (IndexFileException e) when (e.Problem == IndexFileProblem.Damaged)
        {
            _damaged[PathOf(kind)] = e.Message;
        }
        catch (Exception e) when (e is IndexFileException or IOException or UnauthorizedAccessException)
        {
            // Derived data: whatever is wrong with the file, it is built again from the rows.
        }
        return null;
    }

    /// <summary>What was found damaged when it was to be opened, and left out.</summary>
    public IReadOnlyList<string> Damaged => [.. _damaged.Values];

    /// <summary>Deletes what was found damaged.</summary>
    /// <returns>What was wrong with it.</returns>
    public IReadOnlyList<string> DropDamaged()
    {
        var problems = new List<string>();
        foreach (var file in _damaged.Keys)
        {
            if (!_damaged.TryRemove(file, out var problem))
                continue;
            Delete(file);
            problems.Add(problem);
        }
        return problems;
    }

    /// <summary>Deletes the files of other kinds and of older projections.</summary>
    public void KeepOnly(string kind)
    {
        foreach (var file in Directory.EnumerateFiles(_folder, "*" + Suffix).Where(file => file != PathOf(kind) && IsOurs(Path.GetFileName(file))))
            Delete(file);
    }

    public void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows keeps files that another process has mapped; a later save tries again.
        }
    }

    /// <summary>
    /// The turn to build, so that processes do not build the same at once; null while another has it. The operating system ends it with
    /// the process.
    /// </summary>
    public IDisposable? TryTakeTurn()
    {
        try
        {
            Create();
            return new FileStream(Path.Combine(_folder, "build.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long GenerationOf(string file)
    {
        try
        {
            return File.Exists(file) ? IndexFile.ReadHeader(file).Generation : -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return -1;
        }
    }

    private bool IsOurs(string name) => kinds.Any(kind =>
        name.StartsWith(kind + "-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(kind.Length + 1, name.Length - kind.Length - 1 - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
