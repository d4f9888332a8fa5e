namespace Semblance.Cli.Output;

/// <summary>The words that users type for levels of the log.</summary>
internal static class LogWords
{
    /// <summary>The most talkative first.</summary>
    public static IReadOnlyList<string> All { get; } = ["trace", "debug", "information", "warning", "none"];

    /// <summary>Whether measurements are to be counted, too.</summary>
    public static bool Counts(string level) => level is "trace" or "debug";
}
