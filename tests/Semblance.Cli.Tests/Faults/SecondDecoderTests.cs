using System.Diagnostics;
using System.Globalization;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

/// <summary>The second decoder's processes as the command uses them.</summary>
[Collection(FaultCollection.Name)]
public sealed class SecondDecoderTests
{
    private static readonly string[] s_names = ["a.heic", "b.bmp", "c.psd", "d.dng", "e.exr"];

    [Fact]
    public async Task Formats_of_the_second_decoder_are_indexed_found_and_shown()
    {
        using var bench = new FaultBench();
        Write(bench);
        var output = await bench.IndexAsync();
        Assert.Equal(s_names.Length, FaultBench.Number(output, "added"));
        var hits = await bench.SearchAsync(Path.Combine(bench.Pictures, "a.heic"));
        Assert.Equal("a.heic", Path.GetFileName(hits[0].Path));

        // A browser shows none of these: the page carries small copies in a format that all show.
        var page = await bench.OutputOfAsync("search", Path.Combine(bench.Pictures, "a.heic"), "--format", "html", "--output", bench["page.html"]) + File.ReadAllText(bench["page.html"]);
        Assert.Equal(s_names.Length + 1, page.Split("data:image/webp;base64,").Length - 1);
        Assert.DoesNotContain("class=\"gone\"", page, StringComparison.Ordinal);
        Assert.Empty(Decoders());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Processes_end_with_the_command_however_it_ends(bool isKilled)
    {
        using var bench = new FaultBench();
        for (var i = 0; i < 60; i++)
            File.WriteAllBytes(Path.Combine(bench.Pictures, $"{i}.bmp"), SecondBytes.Bmp(TestPictures.Noise(900, 700, i)));
        using var run = bench.Start("index", bench.Pictures, "--model", "hsv");
        for (var wait = 0; Decoders().Count == 0 && !run.HasExited && wait < 2000; wait++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.NotEmpty(Decoders());
        if (isKilled)
            run.Kill();
        else
            run.Signal(ChildProcess.Interrupt);
        var ended = await run.EndAsync();
        Assert.Equal(isKilled ? 137 : 130, ended.Code);
        for (var wait = 0; Decoders().Count > 0 && wait < 500; wait++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Empty(Decoders());
        // Nothing was recorded as failed because its process was ended with the command.
        Assert.Equal(0, (await bench.RunAsync("index", bench.Pictures)).Code);
    }

    private static void Write(FaultBench bench)
    {
        var scene = TestPictures.Scene(320, 240, classIndex: 2, seed: 1);
        byte[][] files =
        [
            HeicBytes.Turned,
            SecondBytes.Bmp(TestPictures.Scene(320, 240, classIndex: 1, seed: 1)),
            SecondBytes.Psd(TestPictures.Scene(320, 240, classIndex: 3, seed: 1)),
            RawBytes.Dng(scene, scene),
            SecondBytes.Exr(64, 48, (x, y) => (x / 64f, y / 48f, 0.2f)),
        ];
        for (var i = 0; i < files.Length; i++)
            File.WriteAllBytes(Path.Combine(bench.Pictures, s_names[i]), files[i]);
    }

    /// <summary>Running decoder programs of the command under test, by what /proc says of their arguments.</summary>
    private static List<int> Decoders()
    {
        var program = Path.Combine(Path.GetDirectoryName(ChildProcess.CommandPath)!, "decoder", "Semblance.Decoder.dll");
        var found = new List<int>();
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/cmdline")).Contains(program, StringComparison.Ordinal))
                        found.Add(process.Id);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // It ended while the list was read.
                }
            }
        }
        return found;
    }
}
