using System.Globalization;

namespace Semblance.Index.Interop;

/// <summary>The three fields of a .npy header.</summary>
internal sealed record NpyDictionary(string Descr, bool IsFortranOrder, IReadOnlyList<long> Shape)
{
    private const int MaxDimensions = 32;

    /// <summary>
    /// Parses the small part of Python's literals that NumPy writes: <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>.
    /// </summary>
    /// <exception cref="VectorFileException">It is anything else.</exception>
    public static NpyDictionary Parse(HeaderBytes header, string text)
    {
        var at = new Cursor(header, text);
        string? descr = null;
        bool? fortran = null;
        IReadOnlyList<long>? shape = null;
        at.Expect('{');
        while (!at.Accept('}'))
        {
            var key = at.String();
            at.Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = at.String();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = at.Boolean();
                    break;
                case "shape" when shape is null:
                    shape = at.Tuple();
                    break;
                default:
                    throw at.Wrong($"the field '{key}' is unknown or stands twice");
            }
            if (!at.Accept(','))
            {
                at.Expect('}');
                break;
            }
        }
        at.ExpectEnd();
        return new NpyDictionary(
            descr ?? throw at.Wrong("the field 'descr' is missing"),
            fortran ?? throw at.Wrong("the field 'fortran_order' is missing"),
            shape ?? throw at.Wrong("the field 'shape' is missing"));
    }

    private sealed class Cursor(HeaderBytes header, string text)
    {
        private int _at;

        public VectorFileException Wrong(string what) => header.Wrong($"has a header that cannot be read: {what} (character {_at})");

        public bool Accept(char expected)
        {
            SkipSpace();
            if (_at >= text.Length || text[_at] != expected)
                return false;
            _at++;
            return true;
        }

        public void Expect(char expected)
        {
            if (!Accept(expected))
                throw Wrong($"'{expected}' was expected");
        }

        public void ExpectEnd()
        {
            SkipSpace();
            if (_at < text.Length)
                throw Wrong("something follows the closing brace");
        }

        public string String()
        {
            SkipSpace();
            if (_at >= text.Length || text[_at] is not ('\'' or '"'))
                throw Wrong("a text in quotes was expected (arrays of records are not vectors)");
            var end = text.IndexOf(text[_at], _at + 1);
            if (end < 0)
                throw Wrong("a quote is not closed");
            var value = text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        public bool Boolean()
        {
            SkipSpace();
            foreach (var (word, value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
            {
                if (text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal))
                {
                    _at += word.Length;
                    return value;
                }
            }
            throw Wrong("True or False was expected");
        }

        public List<long> Tuple()
        {
            var values = new List<long>();
            Expect('(');
            while (!Accept(')'))
            {
                if (values.Count == MaxDimensions)
                    throw Wrong($"the shape has more than {MaxDimensions} dimensions");
                values.Add(Number());
                if (!Accept(','))
                {
                    Expect(')');
                    break;
                }
            }
            return values;
        }

        private long Number()
        {
            SkipSpace();
            var end = _at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            if (!long.TryParse(text.AsSpan(_at, end - _at), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                throw Wrong("a whole number was expected");
            _at = end;
            return value;
        }

        private void SkipSpace()
        {
            while (_at < text.Length && (text[_at] is ' ' or '\n' or '\t'))
                _at++;
        }
    }
}
