using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Semblance.Reports;
using Semblance.Reports.Tables;

namespace Semblance.Cli.Output;

/// <summary>Writes data to standard output in the chosen format; nothing else writes there. Shapes of JSON are the records' of <see cref="Semblance.Reports"/>.</summary>
internal sealed class Printer(CliHost host, OutputFormat format)
{
    // Readable paths in every language; still valid JSON. The output is a file or terminal, never markup.
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public OutputFormat Format { get; } = format;

    public TextWriter Writer => host.Output;

    /// <summary>A list: an array in json, a line each in jsonl, csv and paths, a row each in a table. The keys of csv are those of json.</summary>
    /// <param name="path">What <c>--format paths</c> prints of a row.</param>
    /// <param name="pathEnd">What ends each path: a line feed, or NUL for names that hold line feeds.</param>
    public void Rows<T>(JsonTypeInfo<T> shape, IReadOnlyList<Column<T>> columns, IEnumerable<T> rows, Func<T, string>? path = null, char pathEnd = '\n')
    {
        switch (Format)
        {
            case OutputFormat.Json or OutputFormat.JsonLines:
                List(shape, rows);
                break;
            case OutputFormat.Csv:
                var all = rows.ToArray();
                Csv(Columns.Of(WireKeys.Of(shape), all), all);
                break;
            case OutputFormat.Paths:
                WritePaths(rows.Select(path!), pathEnd);
                break;
            default:
                Table(columns, rows);
                break;
        }
        host.Output.Flush();
    }

    /// <summary>A list in json or jsonl.</summary>
    public void List<T>(JsonTypeInfo<T> shape, IEnumerable<T> rows)
    {
        if (Format == OutputFormat.JsonLines)
        {
            foreach (var row in rows)
                host.Output.WriteLine(Line(row, shape));
        }
        else
        {
            host.Output.WriteLine(ToJson(indented: true, json =>
            {
                json.WriteStartArray();
                foreach (var row in rows)
                    JsonSerializer.Serialize(json, row, shape);
                json.WriteEndArray();
            }));
        }
        host.Output.Flush();
    }

    public void Csv<T>(IReadOnlyList<Column<T>> columns, IEnumerable<T> rows)
    {
        Columns.WriteCsv(host.Output, columns, rows);
        host.Output.Flush();
    }

    public void Table<T>(IReadOnlyList<Column<T>> columns, IEnumerable<T> rows)
    {
        var list = rows.ToArray();
        if (list.Length > 0)
            TableView.Draw(host, columns, list);
        host.Output.Flush();
    }

    /// <summary>One thing: an object in json, a header and a line in csv, names and values side by side in a table.</summary>
    public void One<T>(JsonTypeInfo<T> shape, T thing)
    {
        switch (Format)
        {
            case OutputFormat.Json or OutputFormat.JsonLines:
                Object(shape, thing);
                break;
            case OutputFormat.Csv:
                Csv(Columns.Of(WireKeys.Of(shape), [thing]), [thing]);
                break;
            default:
                Pairs([.. Columns.Of(WireKeys.Of(shape), [thing]).Select(column => (column.Name, column.Value(thing)))]);
                break;
        }
    }

    /// <summary>One thing in json, on a line of its own in jsonl.</summary>
    public void Object<T>(JsonTypeInfo<T> shape, T thing)
    {
        host.Output.WriteLine(ToJson(indented: Format == OutputFormat.Json, json => JsonSerializer.Serialize(json, thing, shape)));
        host.Output.Flush();
    }

    /// <summary>A json document that keeps keys nobody here knows.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        host.Output.WriteLine(ToJson(indented: true, write));
        host.Output.Flush();
    }

    /// <summary>Names and values side by side, for people.</summary>
    public void Pairs(IReadOnlyList<(string Name, object? Value)> pairs)
    {
        var width = pairs.Max(pair => pair.Name.Length);
        foreach (var (name, value) in pairs)
            host.Output.WriteLine($"{name.Replace('_', ' ').PadRight(width)}  {Printable.Of(Values.Shown(value))}");
        host.Output.Flush();
    }

    /// <summary>A thing as a line of JSON.</summary>
    public static string Line<T>(T thing, JsonTypeInfo<T> shape) => ToJson(indented: false, json => JsonSerializer.Serialize(json, thing, shape));

    private static string ToJson(bool indented, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = s_encoder }))
            write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private void WritePaths(IEnumerable<string> paths, char pathEnd)
    {
        if (PathLines.Write(host.Output, paths, pathEnd) is { Count: > 0 } leftOut)
            host.Error.WriteLine(Talk.LeftOut(leftOut.Count));
    }
}
