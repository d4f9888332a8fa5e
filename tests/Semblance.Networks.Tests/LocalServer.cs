using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Semblance.Networks.Tests;

/// <summary>A small HTTP server on the loopback address with the faults that downloads meet.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public LocalServer()
    {
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Path to path, answered with 302 and the target's hash as the hub gives it.</summary>
    public Dictionary<string, string> Redirects { get; } = [];

    public bool SupportsRanges { get; init; } = true;

    /// <summary>Connections that are cut after this many body bytes; 0 cuts none.</summary>
    public int CutAfter { get; set; }

    public int CutConnections { get; set; }

    public bool Stalls { get; set; }

    public string? LinkedHash { get; set; }

    /// <summary>Requests as "PATH RANGE".</summary>
    public List<string> Requests { get; } = [];

    public long BodyBytesSent { get; private set; }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                try
                {
                    await AnswerAsync(client);
                }
                catch (IOException)
                {
                    // The client has gone; the next one comes.
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync())?.Split(' ')[1] ?? "";
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        Requests.Add($"{path} {headers.GetValueOrDefault("Range")}".Trim());

        if (Redirects.TryGetValue(path, out var target))
        {
            await WriteAsync(stream, $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nX-Linked-Etag: \"{LinkedHash}\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        if (!Files.TryGetValue(path, out var body))
        {
            await WriteAsync(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var tag = '"' + Convert.ToHexStringLower(SHA256.HashData(body))[..20] + '"';
        var start = SupportsRanges && headers.TryGetValue("Range", out var range) && headers.GetValueOrDefault("If-Range") == tag
            ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture)
            : 0;
        if (start > 0 && start >= body.Length)
        {
            await WriteAsync(stream, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var status = start > 0 ? $"206 Partial Content\r\nContent-Range: bytes {start}-{body.Length - 1}/{body.Length}" : "200 OK";
        await WriteAsync(stream, $"HTTP/1.1 {status}\r\nContent-Length: {body.Length - start}\r\nETag: {tag}\r\nConnection: close\r\n\r\n");
        var length = body.Length - start;
        var cut = CutConnections > 0;
        if (cut)
        {
            CutConnections--;
            length = Math.Min(length, CutAfter);
        }
        await stream.WriteAsync(body.AsMemory(start, length));
        BodyBytesSent += length;
        if (cut && Stalls)
            await Task.Delay(3000, _stop.Token);
    }

    private static async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
}
