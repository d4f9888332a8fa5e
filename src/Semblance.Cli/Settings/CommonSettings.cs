using Semblance.Cli.Output;

namespace Semblance.Cli.Settings;

/// <summary>The flags that every verb takes.</summary>
internal sealed class CommonSettings
{
    public Setting<string?> Gallery { get; } = Setting.Text("gallery", "DIR|NAME", "The gallery: a folder, or a bare name for one under your data folder (default: $SEMBLANCE_GALLERY, else ./.semblance)", "-g");

    public Setting<OutputFormat?> Format { get; } = Setting.Parsed<OutputFormat?>(
        "format", "table|json|jsonl|csv|paths|html", "How to print the data (default: table on a terminal, json when piped)", null, "one of " + OutputFormats.Names,
        text => OutputFormats.TryParse(text, out var format) ? (true, format) : (false, null), "-f");

    public Setting<bool> Json { get; } = Setting.Flag("json", "Same as --format json");

    public Setting<bool> Quiet { get; } = Setting.Flag("quiet", "Only data and errors", "-q");

    public Setting<bool> NoProgress { get; } = Setting.Flag("no-progress", "No progress display");

    public Setting<int> Seed { get; } = Setting.WholeNumber("seed", "Seed of everything random; same seed, same answer (default: 1)", 1, 0);

    public Setting<int> Threads { get; } = Setting.WholeNumber("threads", "Threads to work on (default: one per processor)", Environment.ProcessorCount, 1, "--jobs");

    public Setting<bool> Debug { get; } = Setting.Flag("debug", "Show where in the program an unexpected error arose");

    // A word, since a level's own type would be compiled anew in every process that reads flags.
    public Setting<string> Log { get; } = Setting.Parsed(
        "log", string.Join('|', LogWords.All), "What the library says of its work, on standard error; debug also counts its measurements (default: warning)", "warning", "one of " + string.Join(", ", LogWords.All),
        text => (LogWords.All.Contains(text.ToLowerInvariant()), text.ToLowerInvariant()));

    public IReadOnlyList<Setting> All => [Gallery, Format, Json, Quiet, NoProgress, Seed, Threads, Log, Debug];
}
