namespace Semblance.Reports.Tables;

/// <summary>One column of a table.</summary>
/// <param name="Name">Its heading; in csv its key.</param>
/// <param name="Value">A <c>long</c>, <c>int</c>, <c>float</c>, <c>double</c>, <c>bool</c>, <c>string</c>, list of strings or null.</param>
/// <param name="Shown">How people see the value when its plain text is not the best.</param>
internal sealed record Column<T>(string Name, Func<T, object?> Value, Func<T, string>? Shown = null)
{
    public bool AlignRight { get; init; }

    /// <summary>The value as people read it; not yet safe for a terminal.</summary>
    public string Text(T row) => Shown is null ? Values.Shown(Value(row)) : Shown(row);
}
