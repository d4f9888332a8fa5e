using System.Text;

namespace Semblance.Cli;

/// <summary>
/// Everything that a run of the command takes from the process around it, so that a test can stand in for the process.
/// Data goes to <see cref="Output"/> and nothing else does; talk goes to <see cref="Error"/>.
/// </summary>
public sealed record CliHost
{
    /// <summary>A writer of UTF-8; verbs that write bytes flush it and use its stream.</summary>
    public required StreamWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Where answers of a person at a terminal come from; null where nobody can be asked.</summary>
    public TextReader? Questions { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal; asked only when something is drawn.</summary>
    public Func<int> Width { get; init; } = () => 80;

    /// <summary>Value of an environment variable, or null.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Folder that relative paths start from.</summary>
    public required string CurrentFolder { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public static CliHost OfThisProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new CliHost
        {
            Output = new StreamWriter(Console.OpenStandardOutput(), utf8, 1 << 15) { NewLine = "\n" },
            Error = new StreamWriter(Console.OpenStandardError(), utf8, 1 << 10) { NewLine = "\n", AutoFlush = true },
            Questions = Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In,
            OutputIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = () => Console.WindowWidth,
            Environment = System.Environment.GetEnvironmentVariable,
            CurrentFolder = System.Environment.CurrentDirectory,
        };
    }
}
