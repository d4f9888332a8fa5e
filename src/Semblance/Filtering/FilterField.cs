using System.Globalization;

namespace Semblance.Filtering;

/// <summary>A field of the filter grammar: its name, what it means in words, and how a written value becomes a term.</summary>
/// <param name="Name">As written before the colon.</param>
internal abstract record FilterField(string Name)
{
    /// <summary>
    /// What stores look it up by: a column of items, or an expression over some; null where it is made from others. It must give for each
    /// item what the field's value gives.
    /// </summary>
    public virtual string? Column => null;

    /// <param name="position">Of the value in the filter text, for messages.</param>
    /// <exception cref="FilterException">The value is not in the field's form.</exception>
    public abstract FilterNode Term(string value, int position);

    public sealed override string ToString() => Name;
}

/// <summary>A text; null where it is not known, which fits nothing.</summary>
/// <param name="Value">Of an item.</param>
/// <param name="Column">See <see cref="FilterField.Column"/>.</param>
internal sealed record TextField(string Name, string Column, TextMatch Match, Func<GalleryItem, string?> Value) : FilterField(Name)
{
    /// <summary>What is meant by a written value; the value itself where this is null.</summary>
    public Func<string, string>? Meaning { get; init; }

    public override string Column { get; } = Column;

    public override FilterNode Term(string value, int position) => new TextTerm(this, new TextPattern(Meaning?.Invoke(value) ?? value, Match));
}

/// <summary>A whole number, in whose terms comparisons are made; null where it is not known, which passes nothing.</summary>
/// <param name="Column">Null where a store must look at several columns, as for dates.</param>
/// <param name="Form">What may be written, for messages.</param>
/// <param name="Parse">The interval that a written value stands for, both ends included; null where it is not in the form. Told whether it stands alone, not in a range or behind a sign.</param>
internal sealed record NumberField(string Name, string? Column, string Form, Func<GalleryItem, long?> Value, Func<string, bool, (decimal Low, decimal High)?> Parse) : FilterField(Name)
{
    /// <summary>A written value for a number, or null where none stands for it.</summary>
    public Func<long, string?> Write { get; init; } = static number => number.ToString(CultureInfo.InvariantCulture);

    public override string? Column { get; } = Column;

    public override FilterNode Term(string value, int position)
    {
        var (low, high) = Ranges.Parse(value, position, Form, Parse);
        var (least, most) = (Ranges.Ceiling(low), Ranges.Floor(high));
        // Half a pixel, for one, lies between whole numbers.
        return least > most ? throw new FilterException(position, value, Form) : new RangeTerm(this, least, most);
    }

    /// <summary>A bound beyond what may be written is printed as one that it is just not.</summary>
    public string Print(RangeTerm term) => (term.Low, term.High) switch
    {
        ({ } low, { } high) => $"{Name}:{Write(low)}..{Write(high)}",
        ({ } low, null) => Written(low) is { } text ? $"{Name}:>={text}" : $"{Name}:>{Written(low - 1)}",
        (null, { } high) => Written(high) is { } text ? $"{Name}:<={text}" : $"{Name}:<{Written(high + 1)}",
        _ => throw new InvalidOperationException("A range without ends says nothing, and no text reads so."),
    };

    private string? Written(long number) => Write(number) is { } text && Parse(text, false) is not null ? text : null;
}

/// <summary>A field whose values are terms of another kind.</summary>
internal sealed record OtherField(string Name, Func<string, int, FilterNode> Make) : FilterField(Name)
{
    public override FilterNode Term(string value, int position) => Make(value, position);
}
