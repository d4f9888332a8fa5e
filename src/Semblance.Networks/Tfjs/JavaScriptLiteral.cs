using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Semblance.Networks.Tfjs;

/// <summary>
/// Reads the one value that a bundled CommonJS module exports, written as a JavaScript literal by a minifier: bare keys,
/// numbers without a leading zero, <c>!0</c> for true and <c>!1</c> for false. It evaluates nothing.
/// </summary>
internal ref struct JavaScriptLiteral
{
    private const int MaximumDepth = 200;

    private readonly ReadOnlySpan<char> _text;
    private readonly string _file;
    private int _position;
    private int _depth;

    private JavaScriptLiteral(ReadOnlySpan<char> text, string file)
    {
        _text = text;
        _file = file;
    }

    /// <summary>The value assigned to <c>exports</c> in the bundle's only module.</summary>
    public static JsonNode? ReadExport(string script, string file)
    {
        // The loader in front of the module mentions exports too; the table of modules starts after it.
        var table = script.IndexOf("({1:[function(", StringComparison.Ordinal);
        const string Assignment = ".exports=";
        var export = script.IndexOf(Assignment, Math.Max(table, 0), StringComparison.Ordinal);
        if (export < 0)
            throw new TfjsImportException($"'{file}' exports nothing; a bundled TensorFlow.js model assigns its value to 'exports'.");
        var reader = new JavaScriptLiteral(script.AsSpan(export + Assignment.Length), file);
        return reader.Value();
    }

    private JsonNode? Value()
    {
        switch (Peek())
        {
            case '{':
                return Object();
            case '[':
                return Array();
            case '"' or '\'':
                return JsonValue.Create(String());
            case '!':
                _position++;
                return Next() switch
                {
                    '0' => JsonValue.Create(true),
                    '1' => JsonValue.Create(false),
                    _ => throw Unexpected(),
                };
            case 'n' when _text[_position..].StartsWith("null"):
                _position += 4;
                return null;
            case 't' when _text[_position..].StartsWith("true"):
                _position += 4;
                return JsonValue.Create(true);
            case 'f' when _text[_position..].StartsWith("false"):
                _position += 5;
                return JsonValue.Create(false);
            default:
                return Number();
        }
    }

    private JsonObject Object()
    {
        Enter();
        var result = new JsonObject();
        Expect('{');
        while (Peek() != '}')
        {
            var key = Peek() is '"' or '\'' ? String() : Word();
            Expect(':');
            result[key] = Value();
            if (Peek() == ',')
                _position++;
            else if (Peek() != '}')
                throw Unexpected();
        }
        _position++;
        _depth--;
        return result;
    }

    private JsonArray Array()
    {
        Enter();
        var result = new JsonArray();
        Expect('[');
        while (Peek() != ']')
        {
            result.Add(Value());
            if (Peek() == ',')
                _position++;
            else if (Peek() != ']')
                throw Unexpected();
        }
        _position++;
        _depth--;
        return result;
    }

    private string String()
    {
        var quote = Next();
        var rest = _text[_position..];
        var end = rest.IndexOfAny(quote, '\\');
        if (end >= 0 && rest[end] == quote)
        {
            // The shards are one string of megabytes without an escape.
            _position += end + 1;
            return rest[..end].ToString();
        }
        var builder = new StringBuilder();
        for (var c = Next(); c != quote; c = Next())
            builder.Append(c == '\\' ? Escape() : c);
        return builder.ToString();
    }

    private char Escape()
    {
        var c = Next();
        switch (c)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' or 'x':
                var digits = c == 'u' ? 4 : 2;
                if (_position + digits > _text.Length || !ushort.TryParse(_text.Slice(_position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                    throw Unexpected();
                _position += digits;
                return (char)code;
            default:
                return c;
        }
    }

    private string Word()
    {
        Peek();
        var start = _position;
        while (_position < _text.Length && (char.IsLetterOrDigit(_text[_position]) || _text[_position] is '_' or '$'))
            _position++;
        return _position > start ? _text[start.._position].ToString() : throw Unexpected();
    }

    private JsonValue Number()
    {
        var start = _position;
        while (_position < _text.Length && (char.IsAsciiDigit(_text[_position]) || _text[_position] is '+' or '-' or '.' or 'e' or 'E'))
            _position++;
        return double.TryParse(_text[start.._position], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : throw Unexpected();
    }

    private char Peek()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
            _position++;
        return _position < _text.Length ? _text[_position] : throw Unexpected();
    }

    private char Next() => _position < _text.Length ? _text[_position++] : throw Unexpected();

    private void Expect(char expected)
    {
        if (Peek() != expected)
            throw Unexpected();
        _position++;
    }

    private void Enter()
    {
        if (++_depth > MaximumDepth)
            throw new TfjsImportException($"'{_file}' is nested more than {MaximumDepth} levels deep; it is no model.");
    }

    private readonly TfjsImportException Unexpected() => _position < _text.Length
        ? new TfjsImportException($"'{_file}' is not a plain literal: unexpected '{_text[_position]}' at character {_position} of the exported value.")
        : new TfjsImportException($"'{_file}' ends in the middle of the exported value; fetch the file again.");
}
