using System.Buffers;

namespace Semblance.Evaluation.Reports;

/// <summary>Comma- and tab-separated text, written and read here alone: the command's tables, exports, training curves, lists of labels.</summary>
internal static class DelimitedText
{
    private static readonly SearchValues<char> s_needsQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>A record of RFC 4180.</summary>
    public static void WriteCsvLine(TextWriter writer, IEnumerable<string> fields)
    {
        var first = true;
        foreach (var field in fields)
        {
            if (!first)
                writer.Write(',');
            first = false;
            writer.Write(field.AsSpan().ContainsAny(s_needsQuotes) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field);
        }
        writer.Write("\r\n");
    }

    /// <summary>A line of tab-separated values, a form that cannot quote: tabs and line breaks become spaces.</summary>
    public static void WriteTsvLine(TextWriter writer, IEnumerable<string> fields)
    {
        var first = true;
        foreach (var field in fields)
        {
            if (!first)
                writer.Write('\t');
            first = false;
            writer.Write(field.Replace('\t', ' ').Replace('\r', ' ').Replace('\n', ' '));
        }
        writer.Write('\n');
    }

    /// <summary>Records of RFC 4180 with the number of the line that each starts on, from 1; LF alone ends a record too. Empty lines are passed over.</summary>
    /// <exception cref="FormatException">A quoted field is not closed; the message names its line.</exception>
    public static IEnumerable<(int Line, string[] Fields)> ReadCsv(TextReader reader)
    {
        var line = 1;
        while (reader.Peek() >= 0)
        {
            var start = line;
            var fields = new List<string>();
            while (true)
            {
                fields.Add(ReadField(reader, ref line));
                var next = reader.Read();
                if (next == ',')
                    continue;
                if (next == '\r' && reader.Peek() == '\n')
                    _ = reader.Read();
                line++;
                break;
            }
            if (fields.Count > 1 || fields[0].Length > 0)
                yield return (start, [.. fields]);
        }
    }

    /// <summary>Reads up to the comma, line break or end that follows the field, and leaves that.</summary>
    private static string ReadField(TextReader reader, ref int line)
    {
        var field = new System.Text.StringBuilder();
        var quoted = false;
        var start = line;
        while (true)
        {
            var c = reader.Peek();
            if (c < 0)
                return quoted ? throw new FormatException($"line {start}: a quotation mark is not closed") : field.ToString();
            if (!quoted && c is ',' or '\r' or '\n' && !quoted)
                return field.ToString();
            _ = reader.Read();
            if (c == '"')
            {
                if (quoted && reader.Peek() == '"')
                {
                    field.Append('"');
                    _ = reader.Read();
                }
                else
                {
                    quoted = !quoted;
                }
                continue;
            }
            if (c == '\n')
                line++;
            field.Append((char)c);
        }
    }
}
