using Spectre.Console;

namespace Semblance.Cli.Output;

/// <summary>Draws rows as an aligned table. The only file, with the live progress, that loads the rendering library.</summary>
internal static class TableView
{
    // Wide enough that a table in a pipe or file is never folded.
    private const int Unlimited = 1 << 15;

    public static void Draw<T>(CliHost host, Column<T>[] columns, T[] rows)
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
                Padding = new Padding(0, 0, column == columns[^1] ? 0 : 2, 0),
                NoWrap = column != columns[^1],
            });
        }
        foreach (var row in rows)
            table.AddRow(columns.Select(column => new Text(Printable.Of(column.Shown?.Invoke(row) ?? Printer.Shown(column.Value(row))))));
        console.Write(table);
        foreach (var line in drawn.ToString().TrimEnd('\n').Split('\n'))
            host.Output.WriteLine(line.TrimEnd());
    }

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
