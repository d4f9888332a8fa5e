namespace Semblance.Cli.Output;

[Flags]
internal enum Places
{
    /// <summary>json, jsonl and csv: keys that scripts rely on.</summary>
    Data = 1,
    Table = 2,
    Everywhere = Data | Table,
}

/// <summary>One column of an answer.</summary>
/// <param name="Name">Key in json and header elsewhere.</param>
/// <param name="Value">A <c>long</c>, <c>int</c>, <c>float</c>, <c>double</c>, <c>bool</c>, <c>string</c> or null.</param>
/// <param name="Shown">How the table shows the value when its plain text is not the best.</param>
internal sealed record Column<T>(string Name, Func<T, object?> Value, Places Places = Places.Everywhere, Func<T, string>? Shown = null)
{
    public bool AlignRight { get; init; }
}
