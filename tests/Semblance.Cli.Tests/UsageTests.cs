using Xunit;

namespace Semblance.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly CommandLine _command = new();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("serch a.jpg", "Did you mean 'search'?")]
    [InlineData("sttaus", "Did you mean 'status'?")]
    [InlineData("qqqqqqqqq", "is not a command")]
    [InlineData("search", "Required argument missing")]
    [InlineData("search a.jpg --whre x", "Did you mean --where?")]
    [InlineData("search a.jpg -k none", "a whole number from 1, not 'none'")]
    [InlineData("search a.jpg -k 0", "a whole number from 1, not '0'")]
    [InlineData("search a.jpg --min-score 7", "a number from -1 to 1")]
    [InlineData("search a.jpg --format npy", "'search' prints table, json, jsonl, csv, paths, html, not npy.")]
    [InlineData("search a.jpg --format yaml", "not 'yaml'")]
    [InlineData("search a.jpg --box 1,2,3", "x,y,w,h in whole pixels")]
    [InlineData("search a.jpg", "There is no file 'a.jpg'")]
    [InlineData("search pictures", "is a folder")]
    [InlineData("index nowhere", "There is no folder 'nowhere'")]
    [InlineData("tag", "tag --help")]
    [InlineData("tag ad x", "Did you mean 'add'?")]
    [InlineData("similar beach", "is not the number of a picture")]
    [InlineData("status --gallery postgres://host/db", "not in this version")]
    [InlineData("dupes --exact --near", "one of --exact, --near and --embedding")]
    [InlineData("dupes --exact --threshold 3", "no meaning with --exact")]
    [InlineData("dupes --action move", "needs --to DIR")]
    [InlineData("reindex", "needs --model")]
    [InlineData("status", "There is no gallery in")]
    public async Task Wrong_use_is_one_sentence_on_standard_error_and_exit_code_2(string commandLine, string expected)
    {
        Directory.CreateDirectory(_command["pictures"]);
        var result = await _command.RunAsync(commandLine.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Equal("", result.Output);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.StartsWith("semblance: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Without_a_verb_the_help_is_talk_and_the_exit_code_is_2()
    {
        var result = await _command.RunAsync();
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains("search", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_data()
    {
        var result = await _command.RunAsync("--version");
        Assert.Equal(0, result.Code);
        Assert.Matches(@"^semblance \d+\.\d+\.\d+\n$", result.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("demo --help")]
    [InlineData("index --help")]
    [InlineData("watch --help")]
    [InlineData("search --help")]
    [InlineData("similar --help")]
    [InlineData("dupes --help")]
    [InlineData("tag --help")]
    [InlineData("tag suggest --help")]
    [InlineData("status --help")]
    [InlineData("evaluate --help")]
    [InlineData("export --help")]
    [InlineData("models --help")]
    [InlineData("models add --help")]
    [InlineData("reindex --help")]
    [InlineData("verify --help")]
    [InlineData("snapshot --help")]
    [InlineData("restore --help")]
    [InlineData("formats --help")]
    [InlineData("lab --help")]
    [InlineData("lab ann --help")]
    [InlineData("help search")]
    public async Task Every_verb_has_a_help_page(string commandLine)
    {
        var page = await _command.OutputOfAsync(commandLine.Split(' '));
        Assert.Contains("Usage:\n  semblance", page, StringComparison.Ordinal);
        Assert.Contains("--gallery", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_says_so_and_ends_with_130()
    {
        _command.WriteScene("pictures/a.jpg", 0, 0);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var result = await _command.RunAsync(["index", "pictures", "--model", "hsv"], cancelled.Token);
        Assert.Equal((130, ""), (result.Code, result.Output));
        Assert.Contains("run the same command again", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_expected_is_one_sentence_and_shows_its_place_only_when_asked()
    {
        _command.Environment["SEMBLANCE_THREADS"] = CommandLine.Fault;
        var result = await _command.RunAsync("index", _command.Here, "--model", "hsv");
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Equal("semblance: Something unexpected went wrong: a fault made by the test. Run it again with --debug to see where, and report it.\n", result.Error);
        Assert.Contains("   at Semblance.Cli", (await _command.RunAsync("index", _command.Here, "--model", "hsv", "--debug")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_may_stand_before_the_verb()
    {
        await _command.IndexScenesAsync(2, 2);
        var result = await _command.OutputOfAsync("--gallery", ".semblance", "--json", "status");
        Assert.StartsWith("{", result, StringComparison.Ordinal);
    }
}
