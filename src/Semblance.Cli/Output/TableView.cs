using Semblance.Reports.Tables;
using Spectre.Console;

namespace Semblance.Cli.Output;

/// <summary>Draws rows as an aligned table. The only file, with the live progress, that loads the rendering library.</summary>
internal static class TableView
{
    // Wide enough that a table in a pipe or file is never folded.
    private const int Unlimited = 1 << 15;

    private const int ColumnGap = 2;
    private const int FewestOfLast = 24;
    private const int FewestOfOthers = 8;

    public static void Draw<T>(CliHost host, IReadOnlyList<Column<T>> columns, T[] rows)
    {
        using var drawn = new StringWriter { NewLine = "\n" };
        var console = Console(drawn, host.OutputIsTerminal, host);
        var heading = host.Environment("NO_COLOR") is null or "" ? new Style(decoration: Decoration.Bold) : Style.Plain;
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            var right = column.AlignRight || (column.Shown is null && IsNumber(column.Value(rows[0])));
            table.AddColumn(new TableColumn(new Text(column.Name.Replace('_', ' '), heading))
            {
                Alignment = right ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, column == columns[^1] ? 0 : ColumnGap, 0),
                NoWrap = column != columns[^1],
            });
        }
        var cells = rows.Select(row => columns.Select(column => Printable.Of(column.Text(row))).ToArray()).ToArray();
        if (host.OutputIsTerminal)
            LeaveRoomForTheLast(cells, [.. columns.Select(column => column.Name.Length)], console.Profile.Width);
        foreach (var row in cells)
            table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
        foreach (var line in drawn.ToString().TrimEnd('\n').Split('\n'))
            host.Output.WriteLine(line.TrimEnd());
    }

    /// <summary>
    /// The last column folds, the others do not: where they would leave it nothing, as two columns of paths do, the widest of them are
    /// shortened in the middle.
    /// </summary>
    private static void LeaveRoomForTheLast(string[][] cells, int[] headings, int width)
    {
        var widths = headings.Select((heading, column) => Math.Max(heading, cells.Max(row => row[column].Length))).ToArray();
        var others = widths.AsSpan(0, widths.Length - 1);
        var room = width - Math.Min(widths[^1], FewestOfLast) - (ColumnGap * others.Length);
        var total = 0;
        foreach (var other in others)
            total += other;
        while (total > room)
        {
            var widest = 0;
            for (var i = 1; i < others.Length; i++)
                widest = others[i] > others[widest] ? i : widest;
            if (others.IsEmpty || others[widest] <= Math.Max(headings[widest], FewestOfOthers))
                return;
            others[widest]--;
            total--;
        }
        foreach (var row in cells)
        {
            for (var column = 0; column < others.Length; column++)
                row[column] = Shortened(row[column], others[column]);
        }
    }

    /// <summary>More of the end than of the beginning, since that is where paths differ.</summary>
    private static string Shortened(string text, int length)
        => text.Length <= length ? text : $"{text[..((length - 1) / 3)]}…{text[^(length - 1 - ((length - 1) / 3))..]}";

    /// <summary>A console over a writer: colours and live drawing only on a terminal that takes them.</summary>
    public static IAnsiConsole Console(TextWriter writer, bool isTerminal, CliHost host)
    {
        var ansi = isTerminal && host.Environment("TERM") != "dumb";
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ansi && host.Environment("NO_COLOR") is null or "" ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = ansi ? InteractionSupport.Yes : InteractionSupport.No,
        });
        console.Profile.Width = isTerminal ? Math.Max(host.Width(), 20) : Unlimited;
        return console;
    }

    private static bool IsNumber(object? value) => value is int or long or float or double;
}
