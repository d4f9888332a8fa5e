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
}
