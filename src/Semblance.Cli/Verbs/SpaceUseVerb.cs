using System.CommandLine;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

internal sealed class SpaceUseVerb : Verb
{
    private readonly Argument<string> _name = new("name") { Description = "The space to use, as 'semblance space' names it" };

    public override IReadOnlyList<Argument> Arguments => [_name];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples => [("semblance space use hsv", "Let searches use it")];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        gallery.UseSpace(context.Get(_name));
        context.Talk.Say($"Searches use the space '{context.Get(_name)}'.");
        return Task.FromResult(ExitCodes.Ok);
    }
}
