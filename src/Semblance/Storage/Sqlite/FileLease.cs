namespace Semblance.Storage.Sqlite;

/// <summary>
/// A lease as a lock on a file, which the operating system drops when the process dies. Long changes exclude each other by
/// <c>writer.lock</c>; putting another truth in the place of this one (restore) also excludes the short ones, which share
/// <c>truth.lock</c>.
/// </summary>
internal sealed class FileLease : IDisposable
{
    private const string LongFile = "writer.lock";
    private const string TruthFile = "truth.lock";

    private readonly FileStream[] _files;

    private FileLease(params FileStream[] files) => _files = files;

    public static FileLease TakeLong(string galleryFolder) => new(Open(galleryFolder, LongFile, FileAccess.ReadWrite, FileShare.None));

    public static FileLease TakeShort(string galleryFolder) => new(Open(galleryFolder, TruthFile, FileAccess.Read, FileShare.Read));

    /// <summary>For replacing the truth: nobody else may change anything meanwhile.</summary>
    public static FileLease TakeWhole(string galleryFolder)
    {
        var writer = Open(galleryFolder, LongFile, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new(writer, Open(galleryFolder, TruthFile, FileAccess.ReadWrite, FileShare.None));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private static FileStream Open(string galleryFolder, string name, FileAccess access, FileShare share)
    {
        var path = Path.Combine(galleryFolder, name);
        try
        {
            return new(path, FileMode.OpenOrCreate, access, share);
        }
        catch (IOException e) when (File.Exists(path) && (e.HResult & 0xFFFF) is not (28 or 30))
        {
            throw new GalleryRefusedException(GalleryError.Locked, $"Another process is changing the gallery '{galleryFolder}' right now; wait for it to finish and try again. Nothing was changed.", ("folder", galleryFolder));
        }
        catch (UnauthorizedAccessException)
        {
            throw new GalleryRefusedException(GalleryError.ReadOnly, $"The gallery '{galleryFolder}' cannot be written (its folder or disk is read-only). Nothing was changed.", ("folder", galleryFolder));
        }
        catch (IOException e)
        {
            throw new GalleryRefusedException(GalleryError.ReadOnly, $"The gallery '{galleryFolder}' cannot be written: {e.Message} Nothing was changed.", ("folder", galleryFolder));
        }
    }
}
