using System.Globalization;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Verbs;

/// <summary>How hits are shown by every verb that searches.</summary>
internal static class HitColumns
{
    public static IReadOnlyList<Column<SearchHit>> All { get; } =
    [
        new("rank", hit => hit.Rank),
        new("score", hit => hit.Score, hit => hit.Score.ToString("0.000", CultureInfo.InvariantCulture)) { AlignRight = true },
        new("word", hit => hit.Word.Text()),
        new("id", hit => hit.Id, hit => hit.Id.ToString(CultureInfo.InvariantCulture)) { AlignRight = true },
        new("path", hit => hit.Path),
    ];
}
