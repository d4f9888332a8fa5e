using System.CommandLine;

namespace Semblance.Cli.Frame;

/// <summary>The parser's help page with examples and what else a reader needs below it.</summary>
internal static class HelpPage
{
    /// <param name="isAsked">False when the command was run without anything: help is then talk, and wrong use.</param>
    public static int Write(ParseResult parsed, IReadOnlyList<string> path, Verb? verb, CliHost host, bool isAsked)
    {
        var writer = isAsked ? host.Output : host.Error;
        var page = new StringWriter { NewLine = "\n" };
        var configuration = new InvocationConfiguration { Output = page, Error = page };
        (isAsked ? parsed : parsed.RootCommandResult.Command.Parse("--help")).Invoke(configuration);
        // The program's file has the project's name; what users type is the short name.
        var text = page.ToString().Replace("\r", "", StringComparison.Ordinal).Replace($"  {RootCommand.ExecutableName} ", "  semblance ", StringComparison.Ordinal);
        writer.WriteLine(text.TrimEnd());
        if (verb?.Details is { } details)
            writer.WriteLine("\n" + details);
        var examples = verb is null ? RootExamples : verb.Examples;
        if (examples.Count > 0)
        {
            writer.WriteLine("\nExamples:");
            foreach (var (commandLine, meaning) in examples)
                writer.WriteLine($"  {commandLine}\n      {meaning}");
        }
        if (path.Count == 0)
        {
            writer.WriteLine("""

                Every flag is also an environment variable (--max-megapixels is SEMBLANCE_MAX_MEGAPIXELS) and a key in semblance.json
                ({ "threads": 4, "search": { "k": 20 } }) in the current folder, the gallery, or your configuration folder.
                'semblance COMMAND --help' has examples; 'semblance --version' prints the version.
                Exit codes: 0 done, 1 done in part, 2 wrong use, 3 refused for safety, 130 cancelled.
                """);
        }
        return isAsked ? ExitCodes.Ok : ExitCodes.Usage;
    }

    private static IReadOnlyList<(string CommandLine, string Meaning)> RootExamples =>
    [
        ("semblance demo", "See it work on pictures that come with it"),
        ("semblance index ~/Pictures", "Index a folder; run it again after changes"),
        ("semblance search beach.jpg", "Find what looks like a picture"),
    ];
}
