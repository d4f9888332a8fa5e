namespace Semblance.Testing;

/// <summary>A folder of one test, removed with everything in it when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("semblance-test-").FullName;

    public string Path { get; }

    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A child process that is still dying may hold a file; the system's temporary folder is swept anyway.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
