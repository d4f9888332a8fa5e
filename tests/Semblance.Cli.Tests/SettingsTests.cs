using System.Text.Json;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class SettingsTests : IAsyncLifetime
{
    private readonly CommandLine _command = new();

    public async ValueTask InitializeAsync() => await _command.IndexScenesAsync();

    public ValueTask DisposeAsync()
    {
        _command.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> HitsAsync(params string[] flags)
    {
        var output = await _command.OutputOfAsync(["search", "pictures/class0/0.jpg", .. flags]);
        return JsonDocument.Parse(output).RootElement.GetArrayLength();
    }

    [Fact]
    public async Task Flag_beats_environment_beats_file_beats_default()
    {
        Assert.Equal(9, await HitsAsync());
        File.WriteAllText(_command["semblance.json"], """{ "k": 5, /* remarks and a last comma are fine */ }""");
        Assert.Equal(5, await HitsAsync());
        File.WriteAllText(_command["semblance.json"], """{ "k": 5, "search": { "k": 4 } }""");
        Assert.Equal(4, await HitsAsync());
        _command.Environment["SEMBLANCE_K"] = "3";
        Assert.Equal(3, await HitsAsync());
        Assert.Equal(2, await HitsAsync("-k", "2"));
    }

    [Fact]
    public async Task The_current_folder_beats_the_gallery_beats_the_users_file()
    {
        Directory.CreateDirectory(_command.Home);
        File.WriteAllText(Path.Combine(_command.Home, "semblance.json"), """{ "k": 5 }""");
        Assert.Equal(5, await HitsAsync());
        File.WriteAllText(_command[".semblance", "semblance.json"], """{ "k": 4 }""");
        Assert.Equal(4, await HitsAsync());
        File.WriteAllText(_command["semblance.json"], """{ "k": 3 }""");
        Assert.Equal(3, await HitsAsync());
    }

    [Theory]
    [InlineData("""{ "kk": 5 }""", "'kk' is not a setting")]
    [InlineData("""{ "serach": { "k": 5 } }""", "did you mean 'search'?")]
    [InlineData("""{ "search": { "exclude": "x" } }""", "'search.exclude' is not a setting")]
    [InlineData("""{ "k": "5" }""", "'k' is a whole number from 1, not \"5\"")]
    [InlineData("""{ "k": 0 }""", "'k' is a whole number")]
    [InlineData("""{ "quiet": 1 }""", "'quiet' is true or false, not 1")]
    [InlineData("""{ "index": { "exclude": [1] } }""", "'index.exclude' is text or a list of texts")]
    [InlineData("""{ "format": "yaml" }""", "'format' is one of")]
    [InlineData("""[]""", "one JSON object")]
    [InlineData("""{ "k": 5 """, "not readable as JSON")]
    public async Task A_file_with_unknown_keys_or_wrong_types_is_refused_by_name(string json, string expected)
    {
        File.WriteAllText(_command["semblance.json"], json);
        var result = await _command.RunAsync("status");
        Assert.Equal(2, result.Code);
        Assert.Contains(_command["semblance.json"], result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_typed_format_beats_the_environments_and_one_that_does_not_suit_a_verb_is_passed_over_unless_typed()
    {
        _command.Environment["SEMBLANCE_JSON"] = "1";
        Assert.StartsWith("rank,", await _command.OutputOfAsync("search", "pictures/class0/0.jpg", "--format", "csv"), StringComparison.Ordinal);
        _command.Environment.Remove("SEMBLANCE_JSON");
        _command.Environment["SEMBLANCE_FORMAT"] = "paths";
        Assert.StartsWith(_command.Here, await _command.OutputOfAsync("search", "pictures/class0/0.jpg"), StringComparison.Ordinal);
        Assert.StartsWith("{", await _command.OutputOfAsync("verify"), StringComparison.Ordinal);
        Assert.Equal(2, (await _command.RunAsync("verify", "--format", "paths")).Code);
    }

    [Fact]
    public async Task A_wrong_value_in_the_environment_is_refused_by_name()
    {
        _command.Environment["SEMBLANCE_MIN_SCORE"] = "high";
        var result = await _command.RunAsync("search", "pictures/class0/0.jpg");
        Assert.Equal(2, result.Code);
        Assert.Contains("SEMBLANCE_MIN_SCORE is a number from -1 to 1, not 'high'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_comes_from_the_environment_and_from_the_file()
    {
        _command.Environment["SEMBLANCE_EXCLUDE"] = "class0/**; class1/**";
        Assert.Equal(3, JsonDocument.Parse(await _command.OutputOfAsync("index", "pictures", "--gallery", "other", "--model", "hsv")).RootElement.GetProperty("added").GetInt32());
        _command.Environment.Remove("SEMBLANCE_EXCLUDE");
        File.WriteAllText(_command["semblance.json"], """{ "index": { "exclude": ["class0/**"] } }""");
        Assert.Equal(6, JsonDocument.Parse(await _command.OutputOfAsync("index", "pictures", "--gallery", "third", "--model", "hsv")).RootElement.GetProperty("added").GetInt32());
    }

    [Fact]
    public async Task A_bare_name_is_a_gallery_among_the_users_data_and_the_environment_can_name_it()
    {
        await _command.OutputOfAsync("index", "pictures", "--gallery", "holiday", "--model", "hsv");
        Assert.True(Directory.Exists(Path.Combine(_command.Home, "galleries", "holiday")));
        _command.Environment["SEMBLANCE_GALLERY"] = "holiday";
        var status = JsonDocument.Parse(await _command.OutputOfAsync("status")).RootElement;
        Assert.Equal(Path.Combine(_command.Home, "galleries", "holiday"), status.GetProperty("gallery").GetString());
        Assert.Equal(9, status.GetProperty("pictures").GetInt32());
    }
}
