using System.Net;
using System.Text;
using Semblance.Cli.Output;

namespace Semblance.Cli.Lab;

/// <summary>The measurement as one HTML file that needs nothing else: plot, table, machine. No script; its own policy forbids it to load anything.</summary>
internal static class AnnPage
{
    /// <param name="facts">What was measured, name and value.</param>
    public static string Of(string title, string lead, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<AnnRow> rows, string recallName)
    {
        var page = new StringBuilder();
        var curves = RecallPlot.Curves(rows);
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="Semblance">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <title>{Escape(title)}</title>
            <style>
            {Css}
            </style>
            </head>
            <body>
            <main>
            <h1>{Escape(title)}</h1>
            <p class="lead">{Escape(lead)}</p>

            """);
        if (curves.Count > 0)
        {
            page.Append("<figure>\n<div class=\"plot\">\n").Append(RecallPlot.Draw(curves, recallName)).Append("\n</div>\n<ul class=\"legend\">\n");
            for (var i = 0; i < curves.Count; i++)
                page.Append($"<li><svg width=\"34\" height=\"14\" aria-hidden=\"true\"><g class=\"curve c{i % RecallPlot.PaletteSize}{(curves[i].IsPeer ? " peer" : "")}\"><polyline points=\"1,7 33,7\"/>{RecallPlot.Marker(i, 17, 7)}</g></svg>{Escape(curves[i].Name)}</li>\n");
            page.Append("</ul>\n<figcaption>Up and to the right is better.").Append(curves.Any(curve => curve.IsPeer) ? " Dashed: peers, as their drivers measured them." : "").Append("</figcaption>\n</figure>\n");
        }
        WriteTable(page, rows);
        page.Append("<h2>Conditions</h2>\n<dl>\n");
        foreach (var (name, value) in facts)
            page.Append($"<div><dt>{Escape(name)}</dt><dd>{Escape(value)}</dd></div>\n");
        page.Append("</dl>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void WriteTable(StringBuilder page, IReadOnlyList<AnnRow> rows)
    {
        var columns = AnnRow.Columns(rows.Any(row => row.TargetRecall is not null));
        page.Append("<div class=\"wide\"><table>\n<thead><tr>");
        foreach (var column in columns)
            page.Append($"<th{(column.AlignRight ? " class=\"number\"" : "")}>{Escape(column.Name.Replace('_', ' '))}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        var last = "";
        foreach (var row in rows)
        {
            page.Append(row.Kind == last ? "<tr>" : "<tr class=\"first\">");
            last = row.Kind;
            foreach (var column in columns)
                page.Append($"<td{(column.AlignRight ? " class=\"number\"" : "")}>{Escape(column.Shown?.Invoke(row) ?? Printer.Shown(column.Value(row)))}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private const string Css = """
        :root {
          color-scheme: light dark;
          --ground: #f6f6f3; --card: #fff; --ink: #1d1f21; --soft: #5d6166; --line: #dedfd9; --rule: #ecece7;
          --c0: #3450c8; --c1: #b3411b; --c2: #19703f; --c3: #8a2f8f; --c4: #7a6114; --c5: #0f6f8c; --c6: #a02252; --c7: #4d5560;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #16181b; --card: #202327; --ink: #eceded; --soft: #a3a8ae; --line: #3b4046; --rule: #2b2f34;
            --c0: #98abff; --c1: #ff9d74; --c2: #7bdb9f; --c3: #e29be6; --c4: #ddc062; --c5: #74cfe8; --c6: #ff94b5; --c7: #b9c0c8;
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
        .rule { stroke: var(--rule); } .rule.strong { stroke: var(--line); }
        .tick { fill: var(--soft); font-size: 12.5px; font-variant-numeric: tabular-nums; } .axis { fill: var(--ink); font-size: 13.5px; font-weight: 560; }
        .curve polyline { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; }
        .curve.peer polyline { stroke-dasharray: 6 4; stroke-width: 1.7; }
        .curve circle, .curve rect, .curve path { fill: currentColor; stroke: var(--card); stroke-width: 1.2; }
        .curve.peer circle, .curve.peer rect, .curve.peer path { fill: var(--card); stroke: currentColor; stroke-width: 1.6; }
        .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 5px 22px; margin: 10px 0 0; padding: 0 8px; font-size: 14px; }
        .legend li { display: flex; align-items: center; gap: 8px; }
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
