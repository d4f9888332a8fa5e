using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Semblance.Cli.Tests.Faults;
using Semblance.Imaging;
using Semblance.Index;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests;

/// <summary>What the README and the guide show is run here, word for word, on drawn pictures.</summary>
public sealed partial class ReadmeTests
{
    public static TheoryData<string, string> Commands()
    {
        var rows = new TheoryData<string, string>();
        foreach (var document in new[] { "README.md", Path.Combine("docs", "guide.md") })
        {
            foreach (var line in Blocks(document, "console").SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("semblance ", StringComparison.Ordinal)))
                rows.Add(document, line.Trim());
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_shown_works(string document, string line)
    {
        using var command = new CommandLine();
        command.Environment["SEMBLANCE_MODEL"] = "hsv";
        foreach (var name in new[] { "beach.jpg", "sunset.jpg", "crowd.jpg", "group.jpg" })
            command.WriteScene(name, 1, name.Length, side: 400);
        for (var i = 0; i < 6; i++)
            command.WriteScene($"Pictures/class{i % 3}/{i}.jpg", i % 3, i);
        for (var i = 0; i < 3; i++)
            command.WriteScene($"test/class{i}/q{i}.jpg", i, 100 + i);
        await File.WriteAllTextAsync(command["labels.csv"], "path,label\n" + string.Join('\n', Enumerable.Range(0, 6).Select(i => $"Pictures/class{i % 3}/{i}.jpg,{i % 3}")) + "\n", TestContext.Current.CancellationToken);
        await command.OutputOfAsync("index", "Pictures");
        await command.OutputOfAsync("tag", "add", "holiday", "1");
        await command.OutputOfAsync("snapshot", "photos.snapshot");

        var args = Words().Matches(line).Select(word => word.Value.Trim('\'', '"').Replace("~/", "", StringComparison.Ordinal)).Skip(1).TakeWhile(word => word is not (">" or "|")).ToArray();
        if (args[0] == "lab")
            WriteVectorFiles(command);
        if (args.Contains("net.onnx"))
            File.Copy(Path.Combine(TinyNetwork.Write(command["tiny"], 0.1f), "model.onnx"), command["net.onnx"]);
        if (args[0] == "snapshot")
            File.Delete(command["photos.snapshot"]);
        using var stop = new CancellationTokenSource();
        if (args[0] == "watch")
            command.Flushed = _ => stop.Cancel();
        var result = await command.RunAsync(args, stop.Token);
        var expected = args[0] == "watch" ? 130 : 0;
        Assert.True(result.Code == expected, $"{document}: '{line}' ended with {result.Code}: {result.Error}");
    }

    private static void WriteVectorFiles(CommandLine command)
    {
        var random = new SeededRandom(1);
        foreach (var (name, codes, rows) in (ReadOnlySpan<(string, string, int)>)[("base", "codes", 60), ("query", "queries", 3)])
        {
            var vectors = new Matrix(rows, 8);
            foreach (ref var value in vectors.Span)
                value = (float)random.NextGaussian();
            VectorFile.Write(command[name + ".fbin"], vectors);
            VectorFile.Write(command[name + ".npy"], vectors);
            File.WriteAllBytes(command[codes + ".u8bin"], [.. BitConverter.GetBytes(rows), .. BitConverter.GetBytes(8), .. Enumerable.Range(0, rows * 8).Select(_ => (byte)random.NextInt(256))]);
        }
        int[] truth = [3, 10, .. Enumerable.Range(0, 30)];
        File.WriteAllBytes(command["truth.ibin"], [.. truth.SelectMany(BitConverter.GetBytes)]);
    }

    [Fact]
    public async Task The_library_example_is_this_code()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["2024"]);
        for (var i = 0; i < 3; i++)
            await File.WriteAllBytesAsync(folder["2024", $"{i}.jpg"], PictureEncoder.Encode(TestPictures.Scene(64, 64, i, i), PictureFormat.Jpeg), TestContext.Current.CancellationToken);
        using (var made = Gallery.Open(folder["holiday.gallery"], new GalleryOptions { Model = "hsv" }))
            await made.IngestAsync(folder["2024"], cancellationToken: TestContext.Current.CancellationToken);
        var (holiday, pictures, beach) = (folder["holiday.gallery"], folder["2024"], folder["2024", "1.jpg"]);
        var shown = new StringWriter();
        await ExampleAsync(holiday, pictures, beach, shown);
        Assert.StartsWith("1.00 " + beach, shown.ToString(), StringComparison.Ordinal);

        var example = Assert.Single(Blocks("README.md", "csharp")).Trim();
        var code = SourceOf()
            .Replace("(holiday)", "(\"holiday.gallery\")", StringComparison.Ordinal)
            .Replace("(pictures)", "(\"~/Pictures/2024\")", StringComparison.Ordinal)
            .Replace("(beach)", "(\"beach.jpg\")", StringComparison.Ordinal)
            .Replace("console.", "Console.", StringComparison.Ordinal);
        Assert.Contains(Squeezed(example), Squeezed(code), StringComparison.Ordinal);
    }

    private static async Task ExampleAsync(string holiday, string pictures, string beach, TextWriter console)
    {
        using var gallery = Gallery.Open(holiday);
        await gallery.IngestAsync(pictures);
        foreach (var hit in await gallery.SearchAsync(Query.From(beach), k: 10))
            console.WriteLine($"{hit.Score:0.00} {hit.Path}");
    }

    [Fact]
    public void Every_link_to_a_file_of_the_repository_leads_somewhere()
    {
        foreach (var document in Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md").Append(Path.Combine(Root(), "README.md")))
        {
            foreach (Match link in Links().Matches(File.ReadAllText(document)))
            {
                var target = link.Groups[1].Value.Split('#')[0];
                if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                    Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target)), $"{Path.GetFileName(document)} links to '{target}', which is not there");
            }
        }
    }

    private static string Squeezed(string code) => WhiteSpace().Replace(code, " ");

    private static string SourceOf([CallerFilePath] string path = "") => File.Exists(path) ? File.ReadAllText(path) : File.ReadAllText(Path.Combine(Root(), "tests", "Semblance.Cli.Tests", "ReadmeTests.cs"));

    private static IEnumerable<string> Blocks(string document, string language) =>
        Regex.Matches(File.ReadAllText(Path.Combine(Root(), document)), $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Semblance.slnx")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("No folder above the tests holds Semblance.slnx.");
    }

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|\\S+")]
    private static partial Regex Words();

    [GeneratedRegex("\\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Links();
}
