using System.Text.Json;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class GalleryVerbTests : IAsyncLifetime
{
    private readonly CommandLine _command = new();

    public async ValueTask InitializeAsync() => await _command.IndexScenesAsync(classes: 3, perClass: 4);

    public ValueTask DisposeAsync()
    {
        _command.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonElement> JsonOfAsync(params string[] args) => JsonDocument.Parse(await _command.OutputOfAsync(args)).RootElement;

    private static string[] Keys(JsonElement json) => [.. json.EnumerateObject().Select(property => property.Name)];

    [Fact]
    public async Task Index_prints_exactly_the_keys_of_the_contract_and_does_no_work_twice()
    {
        var again = await JsonOfAsync("index", "pictures");
        Assert.Equal(["added", "updated", "renamed", "removed", "unchanged", "failed", "seconds", "images_per_second"], Keys(again));
        Assert.Equal((0, 12), (again.GetProperty("added").GetInt32(), again.GetProperty("unchanged").GetInt32()));
    }

    [Fact]
    public async Task A_broken_file_is_reported_and_the_exit_code_is_1()
    {
        File.WriteAllText(_command["pictures", "text.jpg"], "no picture");
        var result = await _command.RunAsync("index", "pictures");
        Assert.Equal(1, result.Code);
        Assert.Equal(1, JsonDocument.Parse(result.Output).RootElement.GetProperty("failed").GetInt32());
        Assert.Contains("text.jpg", result.Error, StringComparison.Ordinal);
        var failed = await JsonOfAsync("status", "--failed");
        Assert.Equal(["path", "reason", "message", "at"], Keys(failed[0]));
        Assert.Equal(_command["pictures", "text.jpg"] + "\n", await _command.OutputOfAsync("status", "--failed", "--format", "paths"));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        _command.WriteScene("pictures/new.jpg", 5, 5);
        Assert.Equal(1, (await JsonOfAsync("index", "pictures", "--dry-run")).GetProperty("added").GetInt32());
        Assert.Equal(12, (await JsonOfAsync("status")).GetProperty("pictures").GetInt32());
    }

    [Fact]
    public async Task Another_model_is_refused_with_exit_code_3()
    {
        var result = await _command.RunAsync("index", "pictures", "--model", "pixels");
        Assert.Equal((3, ""), (result.Code, result.Output));
        Assert.Contains("reindex --model pixels", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_prints_exactly_the_keys_of_the_contract_best_first()
    {
        var hits = await JsonOfAsync("search", "pictures/class1/0.jpg", "-k", "5");
        Assert.Equal(5, hits.GetArrayLength());
        Assert.Equal(["rank", "id", "path", "score", "distance"], Keys(hits[0]));
        Assert.Equal(_command["pictures", "class1", "0.jpg"], hits[0].GetProperty("path").GetString());
        Assert.Equal(Enumerable.Range(1, 5), hits.EnumerateArray().Select(hit => hit.GetProperty("rank").GetInt32()));
        var scores = hits.EnumerateArray().Select(hit => hit.GetProperty("score").GetSingle()).ToArray();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(["rank", "id", "path", "score", "distance", "word", "hash_bits"], Keys((await JsonOfAsync("search", "pictures/class1/0.jpg", "--explain"))[0]));
    }

    [Fact]
    public async Task Explanation_goes_to_standard_error_in_the_form_of_the_answer()
    {
        var told = await _command.RunAsync("search", "pictures/class1/0.jpg", "--explain", "--format", "table");
        Assert.Contains("Index exact, space hsv, 12 pictures measured one by one, so the answer is exact.", told.Error, StringComparison.Ordinal);
        var line = JsonDocument.Parse((await _command.RunAsync("search", "pictures/class1/0.jpg", "--explain", "--format", "json")).Error).RootElement.GetProperty("explanation");
        Assert.Equal(["index", "space", "searched", "filtered", "effort", "visited", "rescored", "scanned", "recall_estimate", "raised", "embed_milliseconds", "search_microseconds", "stages"], Keys(line));
        Assert.Equal(("exact", 12, true, 1), (line.GetProperty("index").GetString(), line.GetProperty("searched").GetInt32(), line.GetProperty("scanned").GetBoolean(), line.GetProperty("recall_estimate").GetInt32()));
    }

    [Fact]
    public async Task The_index_is_set_by_a_run_stays_and_shows_in_status()
    {
        await _command.OutputOfAsync("index", "pictures", "--index", "hnsw", "--target-recall", "0.9");
        await _command.OutputOfAsync("index", "pictures");
        var index = (await JsonOfAsync("status")).GetProperty("index");
        Assert.Equal(["kind", "setting", "pictures", "deleted", "bytes", "current", "target_recall", "effort", "recall", "microseconds"], Keys(index));
        Assert.Equal(("hnsw", "hnsw", 12, true, 0.9), (index.GetProperty("kind").GetString(), index.GetProperty("setting").GetString(), index.GetProperty("pictures").GetInt32(), index.GetProperty("current").GetBoolean(), Math.Round(index.GetProperty("target_recall").GetDouble(), 3)));
        Assert.Contains("hnsw (as set), 12 pictures", await _command.OutputOfAsync("status", "--format", "table"), StringComparison.Ordinal);
        Assert.Equal(5, (await JsonOfAsync("search", "id:1", "-k", "5", "--target-recall", "1")).GetArrayLength());
        var refused = await _command.RunAsync("index", "pictures", "--index", "quantum");
        Assert.Equal(2, refused.Code);
        Assert.Contains("ivf-pq4", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_takes_signs_numbers_filters_and_limits()
    {
        var id = (await JsonOfAsync("search", "pictures/class2/1.jpg", "-k", "1"))[0].GetProperty("id").GetInt64();
        var hits = await JsonOfAsync("search", $"id:{id}", "+", "2:pictures/class2/0.jpg", "-", "pictures/class0/0.jpg", "--where", "label:class2", "-k", "10");
        Assert.Equal(3, hits.GetArrayLength());
        Assert.All(hits.EnumerateArray(), hit => Assert.Contains("class2", hit.GetProperty("path").GetString(), StringComparison.Ordinal));
        Assert.DoesNotContain(hits.EnumerateArray(), hit => hit.GetProperty("id").GetInt64() == id);
        Assert.Equal(3, (await JsonOfAsync("similar", $"{id}", "-k", "3")).GetArrayLength());
    }

    [Fact]
    public async Task Nothing_relevant_is_an_answer()
    {
        var result = await _command.RunAsync("search", "pictures/class0/0.jpg", "--where", "label:nothing");
        Assert.Equal((0, "[]\n"), (result.Code, result.Output));
        Assert.Contains("Nothing relevant", result.Error, StringComparison.Ordinal);
        Assert.Equal("", (await _command.RunAsync("search", "pictures/class0/0.jpg", "--where", "label:nothing", "--quiet")).Error);
    }

    [Fact]
    public async Task A_filter_that_does_not_parse_is_wrong_use()
    {
        var result = await _command.RunAsync("search", "pictures/class0/0.jpg", "--where", "date:yesterday");
        Assert.Equal(2, result.Code);
        Assert.Contains("column", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_search_draws_a_table_and_elsewhere_json()
    {
        _command.IsTerminal = true;
        _command.Environment["TERM"] = "dumb";
        var lines = (await _command.OutputOfAsync("search", "pictures/class0/0.jpg", "-k", "2")).TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^rank +score +word +id +path$", lines[0]);
        Assert.Matches(@"^   1  1\.000  near-duplicate +\d+  .*0\.jpg$", lines[1]);
        _command.Environment["TERM"] = "xterm";
        Assert.StartsWith("\u001b[1mrank", await _command.OutputOfAsync("search", "pictures/class0/0.jpg"), StringComparison.Ordinal);
        _command.Environment["NO_COLOR"] = "1";
        Assert.DoesNotContain("\u001b", await _command.OutputOfAsync("search", "pictures/class0/0.jpg"), StringComparison.Ordinal);
        _command.IsTerminal = false;
        Assert.StartsWith("[", await _command.OutputOfAsync("search", "pictures/class0/0.jpg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_writes_a_page_to_a_file_or_to_standard_output()
    {
        Assert.Equal("", await _command.OutputOfAsync("search", "pictures/class0/0.jpg", "--output", "out/hits.html"));
        var page = File.ReadAllText(_command["out", "hits.html"]);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", await _command.OutputOfAsync("search", "pictures/class0/0.jpg", "--format", "html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_are_added_listed_and_removed_dry_unless_confirmed()
    {
        var ids = (await JsonOfAsync("export", "--where", "label:class0")).EnumerateArray().Select(item => item.GetProperty("id").ToString()).ToArray();
        var added = await JsonOfAsync("tag", "add", "sea,sun", ids[0], "id:" + ids[1], "pictures/class2/3.jpg");
        Assert.Equal((3, 6), (added.GetProperty("pictures").GetInt32(), added.GetProperty("added").GetInt32()));
        Assert.Equal(4, (await JsonOfAsync("tag", "add", "sky", "--where", "label:class1")).GetProperty("added").GetInt32());
        var list = await JsonOfAsync("tag", "ls");
        Assert.Equal(["sky 4", "sea 3", "sun 3"], list.EnumerateArray().Select(tag => $"{tag.GetProperty("tag")} {tag.GetProperty("pictures")}"));
        Assert.Equal(["sea", "sun"], (await JsonOfAsync("tag", "ls", ids[0]))[0].GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));

        var dry = await JsonOfAsync("tag", "rm", "sky", "--all");
        Assert.Equal((4, true), (dry.GetProperty("removed").GetInt32(), dry.GetProperty("dry_run").GetBoolean()));
        Assert.Equal(3, (await JsonOfAsync("tag", "ls")).GetArrayLength());
        Assert.Equal(4, (await JsonOfAsync("tag", "rm", "sky", "--all", "--yes")).GetProperty("removed").GetInt32());
        Assert.Equal(1, (await JsonOfAsync("tag", "rm", "sun", ids[0])).GetProperty("removed").GetInt32());
        Assert.Equal(["sea 3", "sun 2"], (await JsonOfAsync("tag", "ls")).EnumerateArray().Select(tag => $"{tag.GetProperty("tag")} {tag.GetProperty("pictures")}"));
    }

    [Fact]
    public async Task Tag_suggest_names_or_says_unknown()
    {
        await _command.OutputOfAsync("tag", "add", "zero", "--where", "label:class0 -name:3.jpg");
        var suggestions = await JsonOfAsync("tag", "suggest");
        Assert.Equal(9, suggestions.GetArrayLength());
        Assert.Equal(["id", "path", "tags", "unknown"], Keys(suggestions[0]));
        Assert.All(suggestions.EnumerateArray(), suggestion => Assert.True(suggestion.GetProperty("tags").GetArrayLength() > 0 != (suggestion.GetProperty("unknown").ValueKind == JsonValueKind.String)));
    }

    [Fact]
    public async Task Dupes_lists_groups_and_acts_only_when_told()
    {
        File.Copy(_command["pictures", "class0", "0.jpg"], _command["pictures", "copy.jpg"]);
        await _command.OutputOfAsync("index", "pictures");
        var groups = await JsonOfAsync("dupes", "--exact", "--keep", "path:**/class0/**");
        Assert.Equal(1, groups.GetArrayLength());
        Assert.Equal(_command["pictures", "class0", "0.jpg"], groups[0].GetProperty("keep").GetProperty("path").GetString());
        Assert.Equal(_command["pictures", "copy.jpg"], groups[0].GetProperty("others")[0].GetProperty("path").GetString());

        await _command.OutputOfAsync("dupes", "--exact", "--output", "copies.html");
        Assert.Contains("copy.jpg", File.ReadAllText(_command["copies.html"]), StringComparison.Ordinal);

        string[] move = ["dupes", "--exact", "--keep", "path:**/class0/**", "--action", "move", "--to", "copies"];
        await _command.OutputOfAsync(move);
        Assert.True(File.Exists(_command["pictures", "copy.jpg"]));
        var done = await _command.RunAsync([.. move, "--yes"]);
        Assert.Equal(0, done.Code);
        Assert.False(File.Exists(_command["pictures", "copy.jpg"]));
        var log = done.Error.Split('\'')[1];
        await _command.OutputOfAsync("dupes", "--undo", log);
        Assert.True(File.Exists(_command["pictures", "copy.jpg"]));
    }

    [Fact]
    public async Task A_snapshot_restores_and_does_not_replace_unasked()
    {
        await _command.OutputOfAsync("snapshot", "monday.db");
        await _command.OutputOfAsync("tag", "add", "later", "1");
        var refused = await _command.RunAsync("restore", "monday.db");
        Assert.Equal((3, ""), (refused.Code, refused.Output));
        Assert.Equal(12, (await JsonOfAsync("restore", "monday.db", "--yes")).GetProperty("pictures").GetInt32());
        Assert.Equal(0, (await JsonOfAsync("tag", "ls")).GetArrayLength());
        var verified = await JsonOfAsync("verify");
        Assert.Equal(["ok", "items", "vectors", "problems"], Keys(verified));
        Assert.True(verified.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Reindex_switches_the_model()
    {
        await _command.OutputOfAsync("reindex", "--model", "pixels");
        var spaces = (await JsonOfAsync("status")).GetProperty("spaces").EnumerateArray().ToDictionary(space => space.GetProperty("model").GetString()!, space => space.GetProperty("active").GetBoolean());
        Assert.Equal(new Dictionary<string, bool> { ["hsv"] = false, ["pixels"] = true }, spaces);
    }

    [Fact]
    public async Task Export_writes_every_format()
    {
        Assert.Equal(12, (await JsonOfAsync("export")).GetArrayLength());
        Assert.Equal(4, (await _command.OutputOfAsync("export", "--format", "paths", "--where", "label:class0")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("id,path,label", await _command.OutputOfAsync("export", "--format", "csv"), StringComparison.Ordinal);
        Assert.Equal(12, (await _command.OutputOfAsync("export", "--format", "jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await _command.OutputOfAsync("export", "--output", "v.npy");
        Assert.Equal("\u0093NUMPY", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(_command["v.npy"]), 0, 6));
        Assert.True(File.Exists(_command["v.ids.npy"]));
        await _command.OutputOfAsync("export", "--format", "projector", "--output", "map");
        Assert.Equal(12, File.ReadAllLines(_command["map", "vectors.tsv"]).Length);
    }

    [Fact]
    public async Task Evaluate_prints_the_contracts_metrics()
    {
        var report = await JsonOfAsync("evaluate", "--bootstrap", "50", "--at", "1,4");
        Assert.Equal("leave-one-out", report.GetProperty("protocol").GetString());
        Assert.Equal((12, 12), (report.GetProperty("queries").GetInt32(), report.GetProperty("gallery").GetInt32()));
        var metrics = report.GetProperty("metrics");
        Assert.All(new[] { "cmc@1", "cmc@4", "recall@4", "precision@4", "map", "map@r", "r_precision", "nmi", "auc", "fnmr@fmr=0.001" }, key => Assert.InRange(metrics.GetProperty(key).GetProperty("value").GetDouble(), 0, 1));
        Assert.True(metrics.GetProperty("cmc@1").GetProperty("value").GetDouble() > 0.6, "scenes of one class resemble each other");
        File.WriteAllText(_command["pairs.csv"], "pictures/class0/0.jpg,pictures/class0/1.jpg,1\npictures/class0/0.jpg,pictures/class1/1.jpg,0\n");
        Assert.Equal("pairs", (await JsonOfAsync("evaluate", "--protocol", "pairs", "pairs.csv", "--bootstrap", "0")).GetProperty("protocol").GetString());
        Assert.Equal("query-gallery", (await JsonOfAsync("evaluate", "--queries", "pictures", "--bootstrap", "0")).GetProperty("protocol").GetString());
    }

    [Fact]
    public async Task Models_lists_the_default_and_the_built_in_ones_and_refuses_what_is_no_model()
    {
        var models = await JsonOfAsync("models");
        Assert.Equal(["resnet18", "hsv", "pixels"], models.EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        File.WriteAllText(_command["bad.onnx"], "no network");
        foreach (var args in new string[][] { ["models", "add", "bad.onnx"], ["models", "add", "none.onnx"], ["models", "show", "none"], ["models", "rm", "none"], ["index", "pictures", "-g", "other", "--model", "bad.onnx"] })
        {
            var result = await _command.RunAsync(args);
            Assert.True(result.Code is 1 or 2, $"{string.Join(' ', args)}: {result.Code}");
            Assert.Equal("", result.Output);
            Assert.StartsWith("semblance: ", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("unexpected", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Demo_on_a_folder_names_its_page_and_does_no_work_twice()
    {
        _command.IsTerminal = true;
        _command.Environment["TERM"] = "dumb";
        var first = await _command.RunAsync("demo", "pictures", "--model", "hsv");
        Assert.Equal(0, first.Code);
        var page = _command["semblance-demo", "demo.html"];
        Assert.Equal($"Page: {page}", first.Output.TrimEnd('\n').Split('\n')[^1]);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Contains("nothing new to index", (await _command.RunAsync("demo", "pictures")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_measures_whether_the_other_vendors_drawing_comes_first()
    {
        // The real pictures stand behind the same folder name that the demo unpacks to; two vendors of a few signs are enough here.
        for (var sign = 0; sign < 4; sign++)
        {
            _command.WriteScene($"emoji/google/1f60{sign}.png", sign, 1);
            _command.WriteScene($"emoji/twitter/1f60{sign}.png", sign, sign == 3 ? 2 : 1);
        }
        await _command.OutputOfAsync("index", "emoji", "pictures", "--gallery", "both", "--model", "hsv");
        using var gallery = Gallery.Open(Path.Combine(_command.Home, "galleries", "both"));
        var demo = Demo.EmojiDemo.Run(gallery, _command["emoji"], seed: 1, CancellationToken.None);
        Assert.Equal(["twitter google 4", "google twitter 4"], demo.Ways.Select(way => $"{way.From} {way.To} {way.Signs}"));
        // Three signs are the very same picture and must come first; the fourth may or may not.
        Assert.All(demo.Ways, way => Assert.InRange(way.First, 0.75, 1));
        Assert.All(demo.Ways, way => Assert.Equal(1, way.FirstFive));
    }

    [Fact]
    public async Task Watch_prints_a_line_per_change_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _command.Flushed = text =>
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
            if (lines == 1)
                _command.WriteScene("pictures/class0/new.jpg", 0, 99);
            else if (lines >= 2)
                stop.Cancel();
        };
        var result = await _command.RunAsync(["watch", "pictures", "--rescan", "2"], stop.Token);
        Assert.Equal(130, result.Code);
        var reports = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal((0, 1), (reports[0].GetProperty("added").GetInt32(), reports[1].GetProperty("added").GetInt32()));
    }
}
