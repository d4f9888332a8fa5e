using System.Text.Json;
using Semblance.Index;
using Semblance.Numerics;
using Xunit;

namespace Semblance.Cli.Tests;

public sealed class LabAnnTests : IDisposable
{
    private static readonly string[] s_keys =
    [
        "kind", "setting", "recall@1", "recall@10", "recall@100", "qps_1", "qps_2", "p50_us", "p99_us", "build_seconds", "build_cpu_seconds", "bytes_per_vector",
    ];

    private readonly CommandLine _command = new();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("l2")]
    [InlineData("cosine")]
    [InlineData("ip")]
    public async Task Exact_search_finds_all_and_json_has_the_keys_of_the_contract(string metric)
    {
        WriteVectors("base.fbin", 500, 16, 1);
        WriteVectors("query.fvecs", 20, 16, 2);
        var row = Assert.Single(await RowsAsync("--base", "base.fbin", "--query", "query.fvecs", "--metric", metric, "--kinds", "exact", "--rounds", "1"));
        Assert.Equal(s_keys, row.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("exact", ""), (row.GetProperty("kind").GetString(), row.GetProperty("setting").GetString()));
        foreach (var recall in (string[])["recall@1", "recall@10", "recall@100"])
            Assert.Equal(1, row.GetProperty(recall).GetDouble());
        foreach (var positive in s_keys.Skip(5))
            Assert.True(row.GetProperty(positive).GetDouble() > 0, positive);
        Assert.True(row.GetProperty("p50_us").GetDouble() <= row.GetProperty("p99_us").GetDouble());
        // 16 floats, the id and the id table.
        Assert.InRange(row.GetProperty("bytes_per_vector").GetDouble(), 72, 200);
    }

    [Fact]
    public async Task Recall_is_counted_against_the_truth_that_is_given()
    {
        // Row i is the point i on a line; the query sits left of all, so that its neighbours are 0, 1, 2, …
        var rows = new Matrix(200, 1);
        for (var i = 0; i < rows.Rows; i++)
            rows[i, 0] = i;
        VectorFile.Write(_command["base.fbin"], rows);
        var query = new Matrix(1, 1);
        query[0, 0] = -1;
        VectorFile.Write(_command["query.fbin"], query);
        // Seven of ten are true, and the tenth is so near that no false one may pass as equally far.
        WriteInts("truth.ivecs", [10, 50, 51, 52, 0, 1, 2, 3, 4, 5, 6]);
        var row = Assert.Single(await RowsAsync("--base", "base.fbin", "--query", "query.fbin", "--truth", "truth.ivecs", "--kinds", "exact", "--rounds", "1"));
        Assert.Equal(0.7, row.GetProperty("recall@10").GetDouble(), 6);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("recall@100").ValueKind);
    }

    [Fact]
    public async Task Rows_as_far_as_the_last_true_neighbour_count()
    {
        var rows = new Matrix(40, 1);
        rows.Span[20..].Fill(1);
        VectorFile.Write(_command["base.fbin"], rows);
        VectorFile.Write(_command["query.fbin"], new Matrix(1, 1));
        // All twenty zeros are at distance 0; search gives the smallest ids, this truth the largest.
        WriteInts("truth.ivecs", [10, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
        var row = Assert.Single(await RowsAsync("--base", "base.fbin", "--query", "query.fbin", "--truth", "truth.ivecs", "--kinds", "exact", "--rounds", "1"));
        Assert.Equal(1, row.GetProperty("recall@10").GetDouble());
    }

    [Fact]
    public async Task Settings_are_swept_upwards_until_nothing_is_left_to_find()
    {
        WriteVectors("base.fbin", 3000, 8, 1);
        WriteVectors("query.fbin", 30, 8, 2);
        var rows = await RowsAsync("--base", "base.fbin", "--query", "query.fbin", "--kinds", "ivf-flat", "--rounds", "1");
        var recalls = rows.Select(row => row.GetProperty("recall@10").GetDouble()).ToArray();
        Assert.True(recalls.Length > 3, $"{recalls.Length} settings");
        // The lowest settings of an inverted file look further on their own where they find fewer than k.
        Assert.Equal(recalls.Skip(3).Order(), recalls.Skip(3));
        Assert.True(recalls[0] < 0.9 && recalls[^1] > 0.99 && recalls[^2] < 0.9995, string.Join(' ', recalls));
        Assert.Equal("effort=1", rows[0].GetProperty("setting").GetString());
    }

    [Fact]
    public async Task A_target_gives_the_least_effort_that_reaches_it()
    {
        WriteVectors("base.fbin", 3000, 8, 1);
        WriteVectors("query.fbin", 30, 8, 2);
        var rows = await RowsAsync("--base", "base.fbin", "--query", "query.fbin", "--kinds", "exact,ivf-flat", "--target-recall", ".6,.9", "--rounds", "1");
        Assert.Equal([("exact", 0.6), ("exact", 0.9), ("ivf-flat", 0.6), ("ivf-flat", 0.9)], rows.Select(row => (row.GetProperty("kind").GetString()!, row.GetProperty("target_recall").GetDouble())));
        Assert.All(rows, row => Assert.True(row.GetProperty("recall@10").GetDouble() >= row.GetProperty("target_recall").GetDouble()));
        var effort = int.Parse(rows[3].GetProperty("setting").GetString()!["effort=".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(effort > 1);
        var swept = await RowsAsync("--base", "base.fbin", "--query", "query.fbin", "--kinds", "ivf-flat", "--rounds", "1");
        foreach (var row in swept.Where(row => int.Parse(row.GetProperty("setting").GetString()!["effort=".Length..], System.Globalization.CultureInfo.InvariantCulture) < effort))
            Assert.True(row.GetProperty("recall@10").GetDouble() < 0.9);
    }

    [Fact]
    public async Task Codes_are_searched_by_hamming_distance()
    {
        var random = new SeededRandom(1);
        File.WriteAllBytes(_command["base.u8bin"], [.. BitConverter.GetBytes(300), .. BitConverter.GetBytes(16), .. Enumerable.Range(0, 300 * 16).Select(_ => (byte)random.NextInt(256))]);
        File.WriteAllBytes(_command["query.u8bin"], [.. BitConverter.GetBytes(5), .. BitConverter.GetBytes(16), .. Enumerable.Range(0, 5 * 16).Select(_ => (byte)random.NextInt(256))]);
        var rows = await RowsAsync("--base", "base.u8bin", "--query", "query.u8bin", "--metric", "hamming", "--kinds", "exact-codes", "--rounds", "1");
        Assert.Equal(1, Assert.Single(rows).GetProperty("recall@100").GetDouble());
    }

    [Fact]
    public async Task Peers_stand_beside_in_every_format()
    {
        WriteVectors("base.fbin", 300, 8, 1);
        WriteVectors("query.fbin", 10, 8, 2);
        await File.WriteAllTextAsync(_command["peers.jsonl"], """
            {"peer":"swift & <co>","setting":"ef=10","recall@1":0.9,"recall@10":0.91,"recall@100":null,"qps_1":1000,"qps_2":1900,"p50_us":9,"p99_us":20,"build_seconds":1,"build_cpu_seconds":2,"bytes_per_vector":660.4}

            {"peer":"swift & <co>","setting":"ef=20","recall@1":0.99,"recall@10":0.99,"recall@100":null,"qps_1":500,"qps_2":900,"p50_us":9,"p99_us":20,"build_seconds":1,"build_cpu_seconds":2,"bytes_per_vector":null}
            """);
        string[] line = ["--base", "base.fbin", "--query", "query.fbin", "--kinds", "exact", "--rounds", "1", "--peers", "peers.jsonl"];
        var rows = await RowsAsync(line);
        Assert.Equal(["exact", "swift & <co>", "swift & <co>"], rows.Select(row => row.GetProperty("kind").GetString()));
        Assert.Equal(0.91, rows[1].GetProperty("recall@10").GetDouble());

        await _command.OutputOfAsync(["lab", "ann", .. line, "--output", "page.html"]);
        var page = await File.ReadAllTextAsync(_command["page.html"]);
        Assert.Contains("swift &amp; &lt;co&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<co>", page, StringComparison.Ordinal);
        Assert.Equal(page, page.Replace("<script", "", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        // The name of SVG is no address that anything is loaded from.
        Assert.DoesNotContain("http:", page.Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<polyline").Length - 1 - 2);
        Assert.Contains("300 rows of 8 x Float32", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--query query.fbin", "needs --base FILE")]
    [InlineData("--base base.fbin", "needs --query FILE")]
    [InlineData("--base none.fbin --query query.fbin", "There is no file '")]
    [InlineData("--base base.csv --query query.fbin", "names no vector format")]
    [InlineData("--base base.fbin --query other.fbin", "they do not belong together")]
    [InlineData("--base cut.fbin --query query.fbin", "is cut off or its header is wrong")]
    [InlineData("--base infinite.fbin --query query.fbin", "in row 0; all numbers must be finite")]
    [InlineData("--base base.fbin --query query.fbin --kinds exact,hsnw", "There is no kind 'hsnw' for l2; there are exact")]
    [InlineData("--base base.fbin --query query.fbin --metric hamming", "codes are rows of bytes")]
    [InlineData("--base base.fbin --query query.fbin --metric hamming --kinds exact", "There is no kind 'exact' for hamming")]
    [InlineData("--base base.fbin --query query.fbin --metric manhattan", "one of l2, cosine, ip, hamming")]
    [InlineData("--base base.fbin --query query.fbin --target-recall 95", "numbers above 0 and up to 1")]
    [InlineData("--base base.fbin --query query.fbin -k 1000", "more neighbours than the 30 rows")]
    [InlineData("--base base.fbin --query query.fbin --truth base.fbin", "whole numbers are needed")]
    [InlineData("--base base.fbin --query query.fbin --truth short.ivecs", "the neighbours of 1 queries and 3 are asked")]
    [InlineData("--base base.fbin --query query.fbin --truth foreign.ivecs --queries 1", "names the row 30 as a neighbour of query 0")]
    [InlineData("--base base.fbin --query query.fbin --truth short.ivecs --queries 1", "has 2 neighbours of each query, and recall@10 needs 10")]
    [InlineData("--base base.fbin --query query.fbin --peers none.jsonl", "There is no file '")]
    [InlineData("--base base.fbin --query query.fbin --peers base.csv", "Line 1 of '")]
    [InlineData("--base base.fbin --query query.fbin --format json --output page.html", "--output takes the html page")]
    public async Task Wrong_input_is_one_sentence_and_exit_code_2(string flags, string expected)
    {
        WriteVectors("base.fbin", 30, 8, 1);
        WriteVectors("query.fbin", 3, 8, 2);
        WriteVectors("other.fbin", 3, 9, 2);
        var infinite = new Matrix(3, 8);
        infinite[0, 3] = float.PositiveInfinity;
        VectorFile.Write(_command["infinite.fbin"], infinite);
        await File.WriteAllTextAsync(_command["base.csv"], "1,2,3\n");
        await File.WriteAllBytesAsync(_command["cut.fbin"], (await File.ReadAllBytesAsync(_command["base.fbin"]))[..^1]);
        WriteInts("short.ivecs", [2, 0, 1]);
        WriteInts("foreign.ivecs", [2, 0, 30]);
        var result = await _command.RunAsync(["lab", "ann", .. flags.Split(' ')]);
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.StartsWith("semblance: ", result.Error.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> RowsAsync(params string[] flags)
    {
        using var json = JsonDocument.Parse(await _command.OutputOfAsync(["lab", "ann", .. flags, "--format", "json"]));
        return [.. json.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    private void WriteVectors(string name, int rows, int columns, int seed)
    {
        var random = new SeededRandom(seed);
        var vectors = new Matrix(rows, columns);
        foreach (ref var value in vectors.Span)
            value = (float)random.NextGaussian();
        VectorFile.Write(_command[name], vectors);
    }

    private void WriteInts(string name, int[] numbers) => File.WriteAllBytes(_command[name], [.. numbers.SelectMany(BitConverter.GetBytes)]);
}
