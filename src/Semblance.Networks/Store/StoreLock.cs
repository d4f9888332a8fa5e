namespace Semblance.Networks.Store;

/// <summary>One holder among threads and processes: a file opened for itself alone, which the system frees when a holder dies.</summary>
internal static class StoreLock
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(30);

    // EAGAIN on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static ReadOnlySpan<int> HeldCodes => [11, 35, 32];

    public static IDisposable Take(string path, CancellationToken cancellationToken)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException failure) when (HeldCodes.Contains(failure.HResult & 0xFFFF))
            {
                if (waited.Elapsed > s_patience)
                    throw new ModelException($"Another program has held '{path}' for {s_patience.TotalMinutes:0} minutes; end it and try again.", failure);
                if (cancellationToken.WaitHandle.WaitOne(s_pause))
                    throw new OperationCanceledException(cancellationToken);
            }
        }
    }
}
