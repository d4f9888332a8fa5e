using System.CommandLine;
using Semblance.Cli.Output;
using Semblance.Cli.Settings;

namespace Semblance.Cli.Frame;

/// <summary>One verb of the command: what it takes, what it can print, and what it does.</summary>
internal abstract class Verb
{
    public virtual IReadOnlyList<Argument> Arguments => [];

    /// <summary>Flags beside the common ones.</summary>
    public virtual IReadOnlyList<Setting> Settings => [];

    /// <summary>Verbs below this one, e.g. <c>tag add</c>; a verb with such verbs may also run by itself.</summary>
    public virtual IReadOnlyList<VerbEntry> Verbs => [];

    public virtual bool RunsByItself => true;

    public virtual IReadOnlyList<OutputFormat> Formats => [OutputFormat.Table, OutputFormat.Json];

    /// <summary>Command lines for the help page, each with a few words on what it does.</summary>
    public virtual IReadOnlyList<(string CommandLine, string Meaning)> Examples => [];

    /// <summary>Further paragraphs for the help page.</summary>
    public virtual string? Details => null;

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public abstract Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken);
}

/// <summary>A verb in a list of verbs; the verb itself is made only when it is the one that was asked for.</summary>
internal sealed record VerbEntry(string Name, string Summary, Func<Verb> Make);
