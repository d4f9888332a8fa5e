namespace Semblance.Filtering;

/// <summary>Recursive descent over the grammar of <see cref="Filter"/>.</summary>
internal sealed class FilterParser(string text)
{
    // Deeper nesting is no filter of a person, and the descent lives on the stack.
    private const int MaxDepth = 100;

    private int _at;
    private int _depth;

    public FilterNode Parse()
    {
        SkipSpace();
        if (_at == text.Length)
            return new AllOf([]);
        var node = Expression();
        if (_at < text.Length)
            throw Unexpected("a term");
        return node;
    }

    private FilterNode Expression()
    {
        var alternatives = new List<FilterNode> { Conjunction() };
        while (Keyword("OR"))
            alternatives.Add(Conjunction());
        return alternatives.Count == 1 ? alternatives[0] : new AnyOf(alternatives);
    }

    private FilterNode Conjunction()
    {
        var nodes = new List<FilterNode> { Unary() };
        while (true)
        {
            SkipSpace();
            if (Keyword("AND"))
                nodes.Add(Unary());
            else if (_at == text.Length || text[_at] == ')' || AtKeyword("OR"))
                return nodes.Count == 1 ? nodes[0] : new AllOf(nodes);
            else
                nodes.Add(Unary());
        }
    }

    private FilterNode Unary()
    {
        SkipSpace();
        if (_at == text.Length || AtKeyword("OR") || AtKeyword("AND"))
            throw Unexpected("a term such as label:cat");
        if (++_depth > MaxDepth)
            throw Unexpected($"no more than {MaxDepth} levels of nesting");
        FilterNode node;
        if (text[_at] == '-')
        {
            _at++;
            if (_at == text.Length || char.IsWhiteSpace(text[_at]))
                throw Unexpected("a term right after the minus sign");
            node = new Not(Unary());
        }
        else if (Keyword("NOT"))
        {
            node = new Not(Unary());
        }
        else if (text[_at] == '(')
        {
            _at++;
            node = Expression();
            SkipSpace();
            if (_at == text.Length || text[_at] != ')')
                throw Unexpected("a closing parenthesis");
            _at++;
        }
        else
        {
            node = Term();
        }
        _depth--;
        return node;
    }

    private FilterNode Term()
    {
        var start = _at;
        var field = Field();
        var known = field is null ? null : FilterFields.Find(field)
            ?? throw new FilterException(start, field + ":", $"a field ({string.Join(", ", FilterFields.All)}), or quotes around a word with a colon,");
        var alternatives = new List<FilterNode>();
        do
        {
            var valueStart = _at;
            if (alternatives.Count > 0 && Field() is { } other && FilterFields.Find(other) is not null)
                throw new FilterException(valueStart, other + ":", "a value (terms of several fields are joined by OR)");
            _at = valueStart;
            var value = Value();
            alternatives.Add(known?.Term(value, valueStart) ?? FilterFields.BareWord(value));
        }
        while (Take('|'));
        return alternatives.Count == 1 ? alternatives[0] : new AnyOf(alternatives);
    }

    /// <summary>A run of letters before a colon, which is passed over; null and no movement where there is none.</summary>
    private string? Field()
    {
        var end = _at;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        if (end == _at || end == text.Length || text[end] != ':')
            return null;
        var field = text[_at..end].ToLowerInvariant();
        _at = end + 1;
        return field;
    }

    private string Value()
    {
        var value = new System.Text.StringBuilder();
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('|' or '(' or ')'))
        {
            if (text[_at] != '"')
            {
                value.Append(text[_at++]);
                continue;
            }
            var close = text.IndexOf('"', _at + 1);
            if (close < 0)
                throw new FilterException(_at, text[_at..], "a closing quotation mark");
            value.Append(text, _at + 1, close - _at - 1);
            _at = close + 1;
        }
        if (value.Length == 0)
            throw new FilterException(start, text[start.._at] is { Length: > 0 } quotes ? quotes : Rest(), "a value");
        return value.ToString();
    }

    private bool Take(char c)
    {
        if (_at == text.Length || text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private bool Keyword(string word)
    {
        SkipSpace();
        if (!AtKeyword(word))
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>Keywords are upper case, so that the words "or" and "not" can be searched for.</summary>
    private bool AtKeyword(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
            return false;
        var end = _at + word.Length;
        return end == text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')';
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private string Rest()
    {
        var end = _at;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;
        return text[_at..end];
    }

    private FilterException Unexpected(string expected)
    {
        SkipSpace();
        return new FilterException(_at, Rest(), expected);
    }
}
