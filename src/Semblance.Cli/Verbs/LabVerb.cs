using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

internal sealed class LabVerb : Verb
{
    public override bool RunsByItself => false;

    public override IReadOnlyList<VerbEntry> Verbs =>
    [
        new("ann", "Build kinds of index over vectors of your own and measure recall, speed and memory", () => new LabAnnVerb()),
    ];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance lab ann --base base.fbin --query query.fbin", "All kinds over a file of vectors"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("'lab' has no meaning of its own.");
}
