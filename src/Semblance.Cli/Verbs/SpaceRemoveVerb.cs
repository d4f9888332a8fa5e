using System.CommandLine;
using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

internal sealed class SpaceRemoveVerb : Verb
{
    private readonly Argument<string> _name = new("name") { Description = "The space to remove, as 'semblance space' names it" };

    public override IReadOnlyList<Argument> Arguments => [_name];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples => [("semblance space rm hsv", "Remove it")];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        using var gallery = context.OpenGallery();
        gallery.RemoveSpace(context.Get(_name));
        context.Talk.Say($"Removed the space '{context.Get(_name)}'.");
        return Task.FromResult(ExitCodes.Ok);
    }
}
