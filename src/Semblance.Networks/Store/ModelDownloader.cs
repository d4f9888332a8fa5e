using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Semblance.Networks.Store;

/// <summary>
/// Fetches one file so that no byte is fetched twice: what has arrived stays in <c>FILE.part</c>, beside a note of the
/// server's tag for it, and a later attempt, of this call or of another day, asks for the rest (RFC 9110, Range with
/// If-Range). A server that cannot do so, or has another file by now, starts anew. Proxies come from the environment.
/// </summary>
internal sealed class ModelDownloader : IDisposable
{
    private const int MaximumRedirects = 10;
    private const int DiskFullLinux = 28;
    private const int DiskFullWindows = 112;

    private readonly HttpClient _client;
    private readonly ModelStoreOptions _options;

    public ModelDownloader(ModelStoreOptions options)
    {
        _options = options;
        // Redirects are followed here, because the hub puts a file's hash on the answer that redirects.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("semblance", typeof(ModelDownloader).Assembly.GetName().Version?.ToString(2)));
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A small text, e.g. of the hub's API; null where the server says that there is none.</summary>
    public async Task<string?> ReadTextAsync(Uri address, CancellationToken cancellationToken)
    {
        const int Limit = 16 << 20;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(_options.StallTimeout);
            var (response, _) = await SendAsync(address, _ => { }, patience.Token);
            using (response)
            {
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                RequireSuccess(response, address);
                if (response.Content.Headers.ContentLength > Limit)
                    throw new ModelException($"'{address}' answered with more than {Limit >> 20} MB where a short text was expected.");
                return await response.Content.ReadAsStringAsync(patience.Token);
            }
        }
        catch (Exception failure) when (IsConnectionLoss(failure, cancellationToken))
        {
            throw Unreachable(address, failure);
        }
    }

    /// <summary>Downloads to <paramref name="target"/> (renamed into place when complete and right) and returns its SHA-256.</summary>
    public async Task<string> DownloadAsync(Uri address, string target, string? expectedSha256, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var part = new PartialFile(target + ".part", address);
        var failures = 0;
        string? announced = null;
        while (true)
        {
            var before = part.Length;
            try
            {
                announced = await ReceiveAsync(address, part, progress, cancellationToken) ?? announced;
                break;
            }
            catch (Exception failure) when (IsConnectionLoss(failure, cancellationToken))
            {
                failures = part.Length > before ? 1 : failures + 1;
                if (failures >= _options.MaximumAttempts)
                    throw Unreachable(address, failure);
                await Task.Delay(_options.RetryDelay * Math.Pow(2, failures - 1), cancellationToken);
            }
            catch (IOException failure) when ((failure.HResult & 0xFFFF) is DiskFullLinux or DiskFullWindows)
            {
                throw new ModelException($"The disk of '{target}' is full after {part.Length:N0} bytes of '{address}'; free some space and run the same again, it goes on from there.", failure) { Error = ModelError.DiskFull };
            }
        }

        var actual = ModelFile.Hash(part.Path);
        foreach (var (expected, source) in new[] { (expectedSha256, "asked for"), (announced, "announced by the server") })
        {
            if (expected is null || string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
                continue;
            part.Delete();
            throw new ModelException($"'{address}' has the sha256 {actual} and not the one {source} ({expected}); the file was changed or damaged on its way and has been thrown away.");
        }
        part.MoveTo(target);
        return actual;
    }

    /// <summary>One connection's worth. Returns the SHA-256 that the server announced, if it did.</summary>
    private async Task<string?> ReceiveAsync(Uri address, PartialFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(_options.StallTimeout);
        var (response, announced) = await SendAsync(address, part.AskForRest, stall.Token);
        using var _ = response;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The whole file had arrived before, or the server now has a shorter one: ask once more from the start.
            part.Restart(null);
            throw new HttpIOException(HttpRequestError.InvalidResponse, "The server has another file than before.");
        }
        RequireSuccess(response, address);
        var resumed = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length;
        if (!resumed)
            part.Restart(response);
        var start = part.Length;
        var total = start + response.Content.Headers.ContentLength;

        var content = await response.Content.ReadAsStreamAsync(stall.Token);
        var buffer = new byte[1 << 17];
        using (var file = part.OpenForAppending())
        {
            while (true)
            {
                stall.CancelAfter(_options.StallTimeout);
                var read = await content.ReadAsync(buffer, stall.Token);
                if (read == 0)
                    break;
                file.Write(buffer, 0, read);
                progress?.Report(new DownloadProgress(part.Name, file.Length, total));
            }
            file.Flush(flushToDisk: true);
        }
        if (total is { } expected && part.Length != expected)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"{part.Length} of {expected} bytes arrived.");
        return announced;
    }

    /// <summary>Sends, following redirects, and collects the hash that the hub gives for a file of its large-file storage.</summary>
    private async Task<(HttpResponseMessage Response, string? Sha256)> SendAsync(Uri address, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        string? sha256 = null;
        for (var hop = 0; hop <= MaximumRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare(request);
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            sha256 ??= HashIn(response);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return (response, sha256);
            response.Dispose();
            var next = new Uri(address, location);
            if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme != "https"))
                throw new ModelException($"'{address}' redirects to '{next}', which is less safe; nothing was fetched.");
            address = next;
        }
        throw new ModelException($"'{address}' redirects more than {MaximumRedirects} times.");
    }

    private static string? HashIn(HttpResponseMessage response)
    {
        var tag = response.Headers.TryGetValues("X-Linked-Etag", out var linked) ? linked.First() : response.Headers.ETag?.Tag;
        tag = tag?.Trim('"');
        return tag is { Length: 64 } && tag.All(char.IsAsciiHexDigit) ? tag : null;
    }

    private static void RequireSuccess(HttpResponseMessage response, Uri address)
    {
        if (response.IsSuccessStatusCode)
            return;
        var advice = response.StatusCode switch
        {
            HttpStatusCode.NotFound => "there is nothing there; check the spelling",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "it needs a permission; download the file with your account and add it as a file",
            HttpStatusCode.TooManyRequests => "it has had too many requests; wait a while",
            _ => "try again later",
        };
        var message = $"'{address}' answered {(int)response.StatusCode} {response.ReasonPhrase}: {advice}.";
        throw (int)response.StatusCode >= 500 ? new HttpRequestException(message) : new ModelException(message);
    }

    private static bool IsConnectionLoss(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or HttpIOException or System.Net.Sockets.SocketException
        || (failure is IOException { InnerException: System.Net.Sockets.SocketException })
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private ModelException Unreachable(Uri address, Exception failure)
    {
        var reason = failure is OperationCanceledException ? $"no data for {_options.StallTimeout.TotalSeconds:0.#} seconds" : failure.Message;
        return new ModelException($"'{address}' could not be downloaded ({reason}). Check the network and the proxy settings (HTTPS_PROXY), and run the same again; what has arrived is kept.", failure) { Error = ModelError.Unreachable, Details = new Dictionary<string, string> { ["address"] = address.ToString() } };
    }

    /// <summary>What has arrived of a file, and the server's tag for it; without a tag nothing can be continued.</summary>
    private sealed class PartialFile
    {
        private readonly Uri _address;
        private string? _tag;

        public PartialFile(string path, Uri address)
        {
            Path = path;
            _address = address;
            _tag = ReadNote();
        }

        public string Path { get; }

        public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

        public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

        private string NotePath => Path + ".json";

        public void AskForRest(HttpRequestMessage request)
        {
            if (_tag is null || Length == 0)
                return;
            request.Headers.Range = new RangeHeaderValue(Length, null);
            request.Headers.TryAddWithoutValidation("If-Range", _tag);
        }

        public void Restart(HttpResponseMessage? response)
        {
            Delete();
            // A weak tag promises the same meaning, not the same bytes.
            _tag = response?.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : response?.Content.Headers.LastModified?.ToString("r");
            if (_tag is not null)
                File.WriteAllText(NotePath, JsonSerializer.Serialize(new Dictionary<string, string> { ["address"] = _address.ToString(), ["tag"] = _tag }));
        }

        public FileStream OpenForAppending() => new(Path, FileMode.Append, FileAccess.Write, FileShare.Read);

        public void MoveTo(string target)
        {
            File.Move(Path, target, overwrite: true);
            Delete();
        }

        public void Delete()
        {
            File.Delete(Path);
            File.Delete(NotePath);
            _tag = null;
        }

        private string? ReadNote()
        {
            try
            {
                var note = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(NotePath));
                return note?.GetValueOrDefault("address") == _address.ToString() ? note.GetValueOrDefault("tag") : null;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
            {
                return null;
            }
        }
    }
}
