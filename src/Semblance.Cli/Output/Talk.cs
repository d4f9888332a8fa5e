using Semblance.Reports.Tables;

namespace Semblance.Cli.Output;

/// <summary>Sentences for the person at the terminal, on standard error.</summary>
internal sealed class Talk(CliHost host, bool quiet)
{
    public bool IsQuiet => quiet;

    /// <summary>Something good to know; silent with <c>--quiet</c>.</summary>
    public void Say(string sentence)
    {
        if (!quiet)
            host.Error.WriteLine(Printable.Of(sentence));
    }

    /// <summary>Something that must be seen.</summary>
    public void Warn(string sentence) => host.Error.WriteLine(Printable.Of(sentence));

    /// <summary>What is said of paths that a list without NUL cannot hold.</summary>
    public static string LeftOut(int paths) => $"{Printable.Count(paths, "path holds a line break and was", "paths hold line breaks and were")} left out; -0 ends paths with NUL and takes all.";
}
