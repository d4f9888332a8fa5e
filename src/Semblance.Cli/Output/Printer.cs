using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Semblance.Evaluation.Reports;

namespace Semblance.Cli.Output;

/// <summary>Writes a verb's data to standard output in the chosen format; nothing else writes there.</summary>
internal sealed class Printer(CliHost host, OutputFormat format)
{
    // Readable paths in every language; still valid JSON. The output is a file or terminal, never markup.
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public OutputFormat Format { get; } = format;

    public TextWriter Writer => host.Output;

    /// <summary>A list: an array in json, a line each in jsonl, csv and paths, a row each in a table.</summary>
    /// <param name="path">What <c>--format paths</c> prints of a row.</param>
    /// <param name="pathEnd">What ends each path: a line feed, or NUL for names that hold line feeds.</param>
    public void Rows<T>(IReadOnlyList<Column<T>> columns, IEnumerable<T> rows, Func<T, string>? path = null, char pathEnd = '\n')
    {
        var data = columns.Where(column => column.Places.HasFlag(Places.Data)).ToArray();
        switch (Format)
        {
            case OutputFormat.Json:
                Json(json =>
                {
                    json.WriteStartArray();
                    foreach (var row in rows)
                        WriteObject(json, data, row);
                    json.WriteEndArray();
                });
                break;
            case OutputFormat.JsonLines:
                foreach (var row in rows)
                    JsonLine(json => WriteObject(json, data, row));
                break;
            case OutputFormat.Csv:
                DelimitedText.WriteCsvLine(host.Output, data.Select(column => column.Name));
                foreach (var row in rows)
                    DelimitedText.WriteCsvLine(host.Output, data.Select(column => Plain(column.Value(row))));
                break;
            case OutputFormat.Paths:
                WritePaths(rows.Select(path!), pathEnd);
                break;
            default:
                var list = rows.ToArray();
                if (list.Length > 0)
                    TableView.Draw(host, columns.Where(column => column.Places.HasFlag(Places.Table)).ToArray(), list);
                break;
        }
        host.Output.Flush();
    }

    /// <summary>One thing with named values: an object in json, names and values side by side in a table.</summary>
    public void Facts(params IReadOnlyList<(string Name, object? Value)> facts)
    {
        switch (Format)
        {
            case OutputFormat.Json:
                Json(json => WriteFacts(json, facts));
                break;
            case OutputFormat.JsonLines:
                JsonLine(json => WriteFacts(json, facts));
                break;
            case OutputFormat.Csv:
                DelimitedText.WriteCsvLine(host.Output, facts.Select(fact => fact.Name));
                DelimitedText.WriteCsvLine(host.Output, facts.Select(fact => Plain(fact.Value)));
                break;
            default:
                var width = facts.Max(fact => fact.Name.Length);
                foreach (var (name, value) in facts)
                    host.Output.WriteLine($"{name.Replace('_', ' ').PadRight(width)}  {Printable.Of(Shown(value))}");
                break;
        }
        host.Output.Flush();
    }

    /// <summary>A json document of a shape of its own.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        host.Output.WriteLine(ToJson(write, indented: true));
        host.Output.Flush();
    }

    public void JsonLine(Action<Utf8JsonWriter> write) => host.Output.WriteLine(ToJson(write, indented: false));

    /// <summary>An object with one object in it, as a line of JSON.</summary>
    public static string Line((string Name, (string Name, object? Value)[] Facts) outer) => ToJson(
        json =>
        {
            json.WriteStartObject();
            json.WriteStartObject(outer.Name);
            foreach (var (name, value) in outer.Facts)
            {
                json.WritePropertyName(name);
                WriteValue(json, value);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        },
        indented: false);

    public static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float or double:
                json.WriteNullValue();
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray();
                foreach (var text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Plain(value));
                break;
        }
    }

    /// <summary>A value as scripts read it: invariant culture, ISO 8601 dates, lower-case truth values.</summary>
    internal static string Plain(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        DateTime time => time.ToString(time.Kind == DateTimeKind.Utc ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
        IEnumerable<string> texts => string.Join(' ', texts),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    internal static string Shown(object? value) => value switch
    {
        long number => number.ToString("N0", CultureInfo.InvariantCulture),
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        float number => number.ToString("0.###", CultureInfo.InvariantCulture),
        double number => number.ToString("0.###", CultureInfo.InvariantCulture),
        bool truth => truth ? "yes" : "no",
        _ => Plain(value),
    };

    private static string ToJson(Action<Utf8JsonWriter> write, bool indented)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = s_encoder }))
            write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteObject<T>(Utf8JsonWriter json, Column<T>[] columns, T row)
    {
        json.WriteStartObject();
        foreach (var column in columns)
        {
            json.WritePropertyName(column.Name);
            WriteValue(json, column.Value(row));
        }
        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, IReadOnlyList<(string Name, object? Value)> facts)
    {
        json.WriteStartObject();
        foreach (var (name, value) in facts)
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }
        json.WriteEndObject();
    }

    private void WritePaths(IEnumerable<string> paths, char pathEnd)
    {
        var leftOut = 0;
        foreach (var path in paths)
        {
            // It would look like two paths, and the next command might act on either.
            if (pathEnd == '\n' && path.AsSpan().ContainsAny('\n', '\r'))
            {
                leftOut++;
                continue;
            }
            host.Output.Write(path);
            host.Output.Write(pathEnd);
        }
        if (leftOut > 0)
            host.Error.WriteLine($"{Printable.Count(leftOut, "path holds a line break and was", "paths hold line breaks and were")} left out; -0 ends paths with NUL and takes all.");
    }
}
