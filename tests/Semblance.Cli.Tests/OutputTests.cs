using System.Text;
using System.Text.Json.Serialization;
using Semblance.Cli.Output;
using Semblance.Reports.Tables;
using Xunit;

namespace Semblance.Cli.Tests;

internal sealed record RankedPath(int Rank, string Path, float Half);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RankedPath))]
internal sealed partial class OutputJson : JsonSerializerContext;

public sealed class OutputTests
{
    private static readonly IReadOnlyList<Column<RankedPath>> s_columns =
    [
        new("rank", row => row.Rank),
        new("path", row => row.Path),
        new("double_rank", row => row.Rank * 2L),
    ];

    private static readonly RankedPath[] s_rows = [new(1, "/a, \"b\".jpg", 0.5f), new(20, "/line\nbreak\u001b[31m\u202egpj.exe", 10)];

    private static string Print(OutputFormat format, char pathEnd = '\n', TextWriter? error = null)
    {
        using var bytes = new MemoryStream();
        using var output = new StreamWriter(bytes) { NewLine = "\n" };
        var host = new CliHost { Output = output, Error = error ?? TextWriter.Null, Environment = _ => null, CurrentFolder = "/" };
        new Printer(host, format).Rows(OutputJson.Default.RankedPath, s_columns, s_rows, row => row.Path, pathEnd);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    [Fact]
    public void Json_is_an_array_of_the_record() => Assert.Equal(
        """
        [
          {
            "rank": 1,
            "path": "/a, \"b\".jpg",
            "half": 0.5
          },
          {
            "rank": 20,
            "path": "/line\nbreak\u001B[31m{RLO}gpj.exe",
            "half": 10
          }
        ]

        """.Replace("{RLO}", "\u202e", StringComparison.Ordinal),
        Print(OutputFormat.Json));

    [Fact]
    public void Json_lines_are_one_object_each() => Assert.Equal(
        "{\"rank\":1,\"path\":\"/a, \\\"b\\\".jpg\",\"half\":0.5}\n{\"rank\":20,\"path\":\"/line\\nbreak\\u001B[31m\u202egpj.exe\",\"half\":10}\n",
        Print(OutputFormat.JsonLines));

    [Fact]
    public void Csv_quotes_as_rfc_4180() => Assert.Equal(
        "rank,path,half\r\n1,\"/a, \"\"b\"\".jpg\",0.5\r\n20,\"/line\nbreak\u001b[31m\u202egpj.exe\",10\r\n",
        Print(OutputFormat.Csv));

    [Fact]
    public void Paths_are_bare_and_end_as_asked()
    {
        using var error = new StringWriter();
        Assert.Equal("/a, \"b\".jpg\n", Print(OutputFormat.Paths, error: error));
        Assert.Contains("1 path holds a line break and was left out; -0", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("/a, \"b\".jpg\0/line\nbreak\u001b[31m\u202egpj.exe\0", Print(OutputFormat.Paths, pathEnd: '\0'));
    }

    [Fact]
    public void A_table_is_aligned_and_lets_no_control_character_through() => Assert.Equal(
        "rank  path                                 double rank\n"
        + "   1  /a, \"b\".jpg                                    2\n"
        + "  20  /line\\nbreak\\u001b[31m\\u202egpj.exe           40\n",
        Print(OutputFormat.Table));

    [Theory]
    [InlineData(0.52, "0.5 s")]
    [InlineData(42.4, "42 s")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(7800, "2 h 10 min")]
    public void Durations_read_like_speech(double seconds, string expected) => Assert.Equal(expected, Printable.Duration(seconds));

    /// <summary>Two columns of long paths leave room for each other; what could not be read is named.</summary>
    [Fact]
    public async Task A_demo_of_a_folder_fits_a_narrow_terminal_and_names_what_failed()
    {
        using var line = new CommandLine { IsTerminal = true, Width = 80 };
        line.Environment["NO_COLOR"] = "1";
        for (var i = 0; i < 6; i++)
            line.WriteScene(Path.Combine("pictures", "a folder with a rather long name", "another one below it", $"scene number {i} of them all.jpg"), i % 3, i);
        File.WriteAllText(line["pictures", "broken.jpg"], "no picture");
        var result = await line.RunAsync("demo", "pictures", "--model", "pixels", "--no-progress");
        Assert.Equal(1, result.Code);
        Assert.Contains("broken.jpg", result.Error, StringComparison.Ordinal);
        var table = result.Output.Split('\n').TakeWhile(text => !text.StartsWith("Page:", StringComparison.Ordinal)).ToArray();
        Assert.Contains(table, text => text.StartsWith("query", StringComparison.Ordinal) && text.Contains("most similar", StringComparison.Ordinal));
        Assert.Contains(table, text => text.StartsWith("a folder", StringComparison.Ordinal) && text.Contains('…', StringComparison.Ordinal) && text.Contains("of them all.jpg  ", StringComparison.Ordinal));
        Assert.All(table, text => Assert.True(text.Length <= 80, text));
    }
}
