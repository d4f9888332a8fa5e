using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

internal sealed class TagVerb : Verb
{
    public override bool RunsByItself => false;

    public override IReadOnlyList<VerbEntry> Verbs =>
    [
        new("add", "Add tags to pictures", () => new TagAddVerb()),
        new("rm", "Remove tags from pictures", () => new TagRemoveVerb()),
        new("ls", "List tags, or the tags of pictures", () => new TagListVerb()),
        new("suggest", "Suggest tags for pictures that have none, from those that do", () => new TagSuggestVerb()),
    ];

    public override IReadOnlyList<(string CommandLine, string Meaning)> Examples =>
    [
        ("semblance tag add holiday 17 18 beach.jpg", "Tag pictures by number or path"),
        ("semblance tag add holiday,italy --where 'path:2020/rome/**'", "Two tags for all pictures of a folder"),
        ("semblance tag suggest", "What the untagged could be called"),
    ];

    public override Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("'tag' has no meaning of its own.");
}
