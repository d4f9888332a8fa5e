using System.CommandLine;
using System.CommandLine.Completions;
using Semblance.Cli.Settings;
using Semblance.Cli.Verbs;

namespace Semblance.Cli.Frame;

/// <summary>The parser's tree of commands, with full branches only where the arguments can lead.</summary>
internal sealed class CommandTree
{
    private readonly Dictionary<Command, (IReadOnlyList<string> Path, Verb Verb)> _verbs = [];

    private CommandTree(RootCommand root) => Root = root;

    public RootCommand Root { get; }

    public static CommandTree Build(string[] args, CommonSettings common)
    {
        var root = new RootCommand("Visual search for folders of pictures. Works offline; nothing is ever uploaded.");
        // --version alone is answered before any of this is built; completion by directive would build all of it.
        foreach (var version in root.Options.OfType<VersionOption>().ToArray())
            root.Options.Remove(version);
        foreach (var suggest in root.Directives.OfType<SuggestDirective>().ToArray())
            root.Directives.Remove(suggest);
        var tree = new CommandTree(root);
        foreach (var setting in common.All)
        {
            setting.Option.Recursive = true;
            root.Options.Add(setting.Option);
        }
        // With a flag before the verb, only the parser can tell which word is the verb.
        var first = args is [var word, ..] && !word.StartsWith('-') ? word : null;
        foreach (var entry in VerbCatalogue.All)
            tree.Add(root, entry, [entry.Name], isFull: first is null ? args.Any(argument => argument == entry.Name) : entry.Name == first);
        return tree;
    }

    /// <summary>The verb of a command of the tree, with its path; an empty path and no verb for the root.</summary>
    public (IReadOnlyList<string> Path, Verb? Verb) Find(Command command) => _verbs.TryGetValue(command, out var found) ? found : ([], null);

    private void Add(Command parent, VerbEntry entry, IReadOnlyList<string> path, bool isFull)
    {
        var command = new Command(entry.Name, entry.Summary);
        parent.Subcommands.Add(command);
        if (!isFull)
            return;
        var verb = entry.Make();
        _verbs[command] = (path, verb);
        foreach (var argument in verb.Arguments)
            command.Arguments.Add(argument);
        foreach (var setting in verb.Settings)
            command.Options.Add(setting.Option);
        foreach (var inner in verb.Verbs)
            Add(command, inner, [.. path, inner.Name], isFull: true);
        if (verb.RunsByItself)
            command.SetAction(_ => ExitCodes.Ok);
    }
}
