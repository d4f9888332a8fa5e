namespace Semblance.Searching;

/// <summary>The one place below the faces where the network is asked for a picture.</summary>
internal static class UrlPictures
{
    /// <summary>A URL may send this much; a picture is smaller.</summary>
    private const long MostBytes = 256L << 20;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    public static bool IsUrl(string location) =>
        location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="GalleryException">It cannot be fetched, or is no address.</exception>
    public static async Task<ReadOnlyMemory<byte>> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient { Timeout = s_timeout, MaxResponseContentBufferSize = MostBytes };
            return await client.GetByteArrayAsync(new Uri(url), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new GalleryException(GalleryError.Unreachable, $"'{url}' cannot be fetched: {e.Message}", e, ("address", url));
        }
    }
}
