using System.Globalization;
using Semblance.Cli.Output;

namespace Semblance.Cli.Verbs;

/// <summary>How hits are printed by every verb that searches.</summary>
internal static class HitColumns
{
    /// <param name="withWord">Adds the word to json, jsonl and csv, whose keys are otherwise exactly rank, id, path, score, distance.</param>
    public static IReadOnlyList<Column<SearchHit>> Of(bool withWord) =>
    [
        new("rank", hit => hit.Rank),
        new("score", hit => hit.Score, Places.Table, hit => hit.Score.ToString("0.000", CultureInfo.InvariantCulture)),
        new("word", hit => hit.Word.Text(), Places.Table),
        new("id", hit => hit.Id, Places.Everywhere, hit => hit.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
        new("path", hit => hit.Path),
        new("score", hit => hit.Score, Places.Data),
        new("distance", hit => hit.Distance, Places.Data),
        .. withWord ? new Column<SearchHit>[] { new("word", hit => hit.Word.Text(), Places.Data), new("hash_bits", hit => hit.HashBits, Places.Data) } : [],
    ];
}
