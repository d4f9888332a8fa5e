using System.Net;
using Semblance.Reports.Plots;

namespace Semblance.Reports.Pages;

/// <summary>The measurement as one HTML file that needs nothing else: plot, table, machine. No script; its own policy forbids it to load anything.</summary>
internal static class AnnPage
{
    /// <param name="facts">What was measured, name and value.</param>
    public static string Of(string title, string lead, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<AnnRecord> rows, string recallName)
    {
        var page = new StringWriter { NewLine = "\n" };
        PageFrame.WriteHead(page, title, Css);
        page.Write($"<main>\n<h1>{Escape(title)}</h1>\n<p class=\"lead\">{Escape(lead)}</p>\n");
        if (RecallPlot.Of(rows, recallName) is { } plot)
        {
            page.Write($"<figure>\n<div class=\"plot\">\n{SvgPlot.Draw(plot)}\n</div>\n");
            page.Write($"<figcaption>Up and to the right is better.{(plot.Series.Any(series => series.IsDashed) ? " Dashed: peers, as their drivers measured them." : "")}</figcaption>\n</figure>\n");
        }
        WriteTable(page, rows);
        page.Write("<h2>Conditions</h2>\n<dl>\n");
        foreach (var (name, value) in facts)
            page.Write($"<div><dt>{Escape(name)}</dt><dd>{Escape(value)}</dd></div>\n");
        page.Write("</dl>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void WriteTable(StringWriter page, IReadOnlyList<AnnRecord> rows)
    {
        var columns = AnnColumns.Of(rows.Any(row => row.TargetRecall is not null));
        page.Write("<div class=\"wide\"><table>\n<thead><tr>");
        foreach (var column in columns)
            page.Write($"<th{(column.AlignRight ? " class=\"number\"" : "")}>{Escape(column.Name.Replace('_', ' '))}</th>");
        page.Write("</tr></thead>\n<tbody>\n");
        var last = "";
        foreach (var row in rows)
        {
            page.Write(row.Kind == last ? "<tr>" : "<tr class=\"first\">");
            last = row.Kind;
            foreach (var column in columns)
                page.Write($"<td{(column.AlignRight ? " class=\"number\"" : "")}>{Escape(column.Text(row))}</td>");
            page.Write("</tr>\n");
        }
        page.Write("</tbody>\n</table></div>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private const string Css = """
        :root {
          color-scheme: light dark;
          --ground: #f6f6f3; --card: #fff; --ink: #1d1f21; --soft: #5d6166; --line: #dedfd9;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #16181b; --card: #202327; --ink: #eceded; --soft: #a3a8ae; --line: #3b4046;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
        main { max-width: 1240px; margin: 0 auto; padding: clamp(20px, 4vw, 44px) clamp(14px, 3vw, 32px); }
        h1 { font-size: clamp(23px, 4vw, 32px); line-height: 1.2; letter-spacing: -.016em; margin: 0; font-weight: 680; overflow-wrap: anywhere; }
        h2 { font-size: 18px; margin: 32px 0 10px; font-weight: 640; }
        .lead { margin: 8px 0 0; max-width: 76ch; color: var(--soft); }
        figure { margin: 24px 0 0; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 14px 14px; }
        .plot { overflow-x: auto; }
        .plot svg { display: block; width: 100%; min-width: 640px; height: auto; }
        figcaption { margin: 8px 8px 0; color: var(--soft); font-size: 13px; }
        .wide { margin-top: 24px; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
        table { border-collapse: collapse; width: 100%; font-size: 13px; }
        th, td { padding: 4px 8px; text-align: left; white-space: nowrap; } th { font-weight: 600; color: var(--soft); padding-top: 10px; white-space: normal; vertical-align: bottom; line-height: 1.25; }
        th:first-child, td:first-child { padding-left: 16px; white-space: normal; overflow-wrap: anywhere; min-width: 108px; } th:last-child, td:last-child { padding-right: 16px; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        tr.first td { border-top: 1px solid var(--line); } tbody tr:last-child td { padding-bottom: 10px; }
        dl { margin: 0; display: grid; gap: 4px; }
        dl div { display: grid; grid-template-columns: minmax(96px, 150px) 1fr; gap: 12px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        """;
}
