namespace Semblance.Ingest;

/// <summary>
/// The right to run a long change (ingest, reindex, restore) in a gallery: an exclusive lock on <c>writer.lock</c> that the
/// operating system drops when the process dies, so that a crash never leaves it behind.
/// </summary>
internal sealed class WriterLease : IDisposable
{
    private readonly FileStream _file;

    private WriterLease(FileStream file) => _file = file;

    public static WriterLease Take(string galleryFolder)
    {
        var path = Path.Combine(galleryFolder, "writer.lock");
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path) && (e.HResult & 0xFFFF) is not (28 or 30))
        {
            throw new GalleryRefusedException($"Another process is changing the gallery '{galleryFolder}' right now; wait for it to finish and run this again. Nothing was changed.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new GalleryRefusedException($"The gallery '{galleryFolder}' cannot be written (its folder or disk is read-only). Nothing was changed.");
        }
        catch (IOException e)
        {
            throw new GalleryRefusedException($"The gallery '{galleryFolder}' cannot be written: {e.Message} Nothing was changed.");
        }
    }

    public void Dispose() => _file.Dispose();
}
