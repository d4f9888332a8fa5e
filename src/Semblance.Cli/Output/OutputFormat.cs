namespace Semblance.Cli.Output;

internal enum OutputFormat
{
    Table,
    Json,
    JsonLines,
    Csv,
    Paths,
    Html,
    Npy,
    Projector,
}

/// <summary>The words that users type for formats.</summary>
internal static class OutputFormats
{
    private static readonly string[] s_names = ["table", "json", "jsonl", "csv", "paths", "html", "npy", "projector"];

    public static string Names => string.Join(", ", s_names);

    public static string NameOf(OutputFormat format) => s_names[(int)format];

    public static bool TryParse(string text, out OutputFormat format)
    {
        var index = Array.IndexOf(s_names, text.ToLowerInvariant());
        format = (OutputFormat)Math.Max(index, 0);
        return index >= 0;
    }
}
