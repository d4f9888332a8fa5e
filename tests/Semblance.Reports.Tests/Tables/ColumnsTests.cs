using System.Text.Json.Serialization;
using Semblance.Reports.Tables;
using Xunit;

namespace Semblance.Reports.Tests.Tables;

internal sealed record Shelf(string Name, int? BookCount, IReadOnlyList<string> Subjects)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Width { get; init; }

    [JsonPropertyName("is@home")]
    public bool IsHome { get; init; }

    [JsonIgnore]
    public int Hidden { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Shelf))]
internal sealed partial class ShelfJson : JsonSerializerContext;

public sealed class ColumnsTests
{
    private static readonly Shelf[] s_rows = [new("a, \"b\"", 1234, ["x", "y"]) { IsHome = true, Hidden = 1 }, new("é", null, [])];

    [Fact]
    public void Csv_has_the_keys_of_the_json_and_values_as_scripts_read_them() =>
        Assert.Equal("name,book_count,subjects,is@home\r\n\"a, \"\"b\"\"\",1234,x|y,true\r\né,,,false\r\n", Csv(s_rows));

    [Fact]
    public void A_key_that_json_may_leave_out_is_a_column_as_soon_as_a_row_has_it() =>
        Assert.Equal("name,book_count,subjects,width,is@home\r\n\"a, \"\"b\"\"\",1234,x|y,0.5,true\r\né,,,,false\r\n", Csv([s_rows[0] with { Width = 0.5 }, s_rows[1]]));

    [Fact]
    public void Paths_leaves_out_and_names_what_a_line_cannot_hold()
    {
        string[] paths = ["/p/plain.jpg", "/p/a\nb.png", "/p/ü.jpg"];
        using var lines = new StringWriter();
        Assert.Equal([paths[1]], PathLines.Write(lines, paths));
        Assert.Equal("/p/plain.jpg\n/p/ü.jpg\n", lines.ToString());
        using var nul = new StringWriter();
        Assert.Empty(PathLines.Write(nul, paths, '\0'));
        Assert.Equal(paths, nul.ToString().Split('\0')[..^1]);
    }

    private static string Csv(Shelf[] rows)
    {
        using var writer = new StringWriter();
        Columns.WriteCsv(writer, Columns.Of(ShelfJson.Default.Shelf, rows), rows, '|');
        return writer.ToString();
    }
}
