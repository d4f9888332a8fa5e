using System.Security.Cryptography;
using System.Text;
using Semblance.Testing;
using Xunit;

namespace Semblance.Networks.Tests;

public sealed class ModelDownloadTests : IDisposable
{
    private static readonly byte[] s_network = TinyModels.MeanColour(8, ballast: 100_000);
    private static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData(s_network));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_url_is_fetched_checked_and_reported()
    {
        using var server = Serve();
        var reports = new List<DownloadProgress>();

        var model = await Store(server).AddUrlAsync(server.Address + "/net.onnx", expectedSha256: s_hash, progress: new Immediate(reports));

        Assert.Equal(("net", s_hash), (model.Id, model.Manifest.Sha256));
        Assert.Equal((s_network.Length, s_network.Length), (reports[^1].Received, reports[^1].Total));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, ".downloads"), "*.part*"));
    }

    [Fact]
    public async Task A_cut_connection_goes_on_where_it_stopped()
    {
        using var server = Serve();
        (server.CutConnections, server.CutAfter) = (3, 100_000);

        var model = await Store(server).AddUrlAsync(server.Address + "/net.onnx");

        Assert.Equal(s_hash, model.Manifest.Sha256);
        Assert.Equal(["/net.onnx", "/net.onnx bytes=100000-", "/net.onnx bytes=200000-", "/net.onnx bytes=300000-"], server.Requests);
        Assert.Equal(s_network.Length, server.BodyBytesSent);
    }

    [Fact]
    public async Task A_server_without_ranges_starts_anew()
    {
        using var server = Serve(ranges: false);
        (server.CutConnections, server.CutAfter) = (2, 150_000);

        var model = await Store(server).AddUrlAsync(server.Address + "/net.onnx");

        Assert.Equal(s_hash, model.Manifest.Sha256);
        Assert.Equal(s_network.Length + 300_000, server.BodyBytesSent);
    }

    [Fact]
    public async Task A_later_call_continues_and_a_changed_file_is_fetched_whole()
    {
        using var server = Serve();
        (server.CutConnections, server.CutAfter) = (1, 250_000);
        var impatient = new ModelStore(_folder.Path, Options(server) with { MaximumAttempts = 1 });
        var failure = await Assert.ThrowsAsync<ModelException>(() => impatient.AddUrlAsync(server.Address + "/net.onnx"));
        Assert.Contains("what has arrived is kept", failure.Message);
        Assert.Equal(250_000, new FileInfo(Path.Combine(_folder.Path, ".downloads", "net.onnx.part")).Length);

        var changed = TinyModels.MeanColour(8, ballast: 90_000);
        server.Files["/net.onnx"] = changed;
        var model = await impatient.AddUrlAsync(server.Address + "/net.onnx");

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(changed)), model.Manifest.Sha256);
        Assert.Equal(250_000 + changed.Length, server.BodyBytesSent);
    }

    [Fact]
    public async Task A_silent_connection_counts_as_lost()
    {
        using var server = Serve();
        (server.CutConnections, server.CutAfter, server.Stalls) = (1, 50_000, true);
        var store = new ModelStore(_folder.Path, Options(server) with { StallTimeout = TimeSpan.FromMilliseconds(1500), RetryDelay = TimeSpan.FromSeconds(1) });

        Assert.Equal(s_hash, (await store.AddUrlAsync(server.Address + "/net.onnx")).Manifest.Sha256);
        Assert.Equal(s_network.Length, server.BodyBytesSent);
    }

    [Fact]
    public async Task A_wrong_checksum_throws_the_file_away()
    {
        using var server = Serve();

        var failure = await Assert.ThrowsAsync<ModelException>(() => Store(server).AddUrlAsync(server.Address + "/net.onnx", expectedSha256: new string('0', 64)));

        Assert.Contains(s_hash, failure.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.part*", SearchOption.AllDirectories));
        Assert.Empty(Store(server).List());
    }

    [Fact]
    public async Task A_hub_name_finds_the_network_and_its_preprocessing()
    {
        using var server = Serve();
        server.Files["/api/models/someone/tiny"] = Encoding.UTF8.GetBytes("""{"siblings":[{"rfilename":"README.md"},{"rfilename":"other.onnx"},{"rfilename":"onnx/model.onnx"}]}""");
        server.Files["/someone/tiny/resolve/main/preprocessor_config.json"] = Encoding.UTF8.GetBytes("""{"image_mean":[0.5,0.5,0.5],"image_std":[0.25,0.25,0.25]}""");
        server.Redirects["/someone/tiny/resolve/main/onnx/model.onnx"] = "/net.onnx";
        server.LinkedHash = s_hash;

        var model = await Store(server).AddUrlAsync("hf:someone/tiny");

        Assert.Equal(("tiny", s_hash), (model.Id, model.Manifest.Sha256));
        Assert.Equal([0.25, 0.25, 0.25], model.Manifest.Input.Std);

        server.LinkedHash = new string('a', 64);
        Assert.Contains("announced by the server", (await Assert.ThrowsAsync<ModelException>(() => Store(server).AddUrlAsync("hf:someone/tiny/onnx/model.onnx", "again"))).Message);
    }

    [Fact]
    public async Task What_cannot_be_had_is_said_in_a_sentence()
    {
        using var server = Serve();
        var store = Store(server);
        server.Files["/api/models/some/many"] = Encoding.UTF8.GetBytes("""{"siblings":[{"rfilename":"a.onnx"},{"rfilename":"b.onnx"}]}""");
        server.Files["/api/models/some/none"] = Encoding.UTF8.GetBytes("""{"siblings":[{"rfilename":"weights.bin"}]}""");
        server.Files["/page.onnx"] = Encoding.UTF8.GetBytes("<html>please log in</html>");

        Assert.Contains("404", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync(server.Address + "/none.onnx"))).Message);
        Assert.Contains("no model 'some/absent'", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync("hf:some/absent"))).Message);
        Assert.Contains("hf:some/many/b.onnx", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync("hf:some/many"))).Message);
        Assert.Contains("no .onnx file", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync("hf:some/none"))).Message);
        Assert.Contains("hf:OWNER/NAME", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync("ftp://somewhere/x.onnx"))).Message);
        Assert.Contains("no ONNX file", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync(server.Address + "/page.onnx"))).Message);
        Assert.Contains("Check the network", (await Assert.ThrowsAsync<ModelException>(() => store.AddUrlAsync("http://127.0.0.1:9/x.onnx"))).Message);
        Assert.Empty(store.List());
    }

    private static LocalServer Serve(bool ranges = true)
    {
        var server = new LocalServer { SupportsRanges = ranges };
        server.Files["/net.onnx"] = s_network;
        return server;
    }

    private static ModelStoreOptions Options(LocalServer server) => new() { HubEndpoint = server.Address, RetryDelay = TimeSpan.FromMilliseconds(10), MaximumAttempts = 3 };

    private ModelStore Store(LocalServer server) => new(_folder.Path, Options(server));

    private sealed class Immediate(List<DownloadProgress> reports) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => reports.Add(value);
    }
}
