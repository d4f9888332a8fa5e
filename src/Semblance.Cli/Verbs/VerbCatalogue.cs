using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

/// <summary>The verbs in the order of the help page.</summary>
internal static class VerbCatalogue
{
    public static IReadOnlyList<VerbEntry> All { get; } =
    [
        new("demo", "Index a folder (or the emoji that come with it), search, and write a page to look at", () => new DemoVerb()),
        new("index", "Index folders of pictures; run again, it does only what changed", () => new IndexVerb()),
        new("watch", "Index folders and keep the gallery up to date until stopped", () => new WatchVerb()),
        new("search", "Find pictures that look like others", () => new SearchVerb()),
        new("similar", "Find pictures that look like one of the gallery", () => new SimilarVerb()),
        new("dupes", "Find groups of duplicates; never deletes by itself", () => new DupesVerb()),
        new("tag", "Add, remove, list and suggest tags", () => new TagVerb()),
        new("status", "What the gallery holds, what its score words are worth, what failed", () => new StatusVerb()),
        new("evaluate", "Measure how well pictures of one label find each other", () => new EvaluateVerb()),
        new("export", "Write the gallery's list or its vectors for other programs", () => new ExportVerb()),
        new("models", "List, add, show and remove models", () => new ModelsVerb()),
        new("space", "List, add, choose and remove the spaces that pictures are searched in", () => new SpaceVerb()),
        new("reindex", "Switch the gallery to another model; search works meanwhile", () => new ReindexVerb()),
        new("verify", "Check the gallery's integrity", () => new VerifyVerb()),
        new("snapshot", "Write the gallery to one file while it is in use", () => new SnapshotVerb()),
        new("restore", "Make a gallery from a snapshot", () => new RestoreVerb()),
        new("lab", "Experiments: measure kinds of index on vectors of your own", () => new LabVerb()),
        new("formats", "What this machine can decode, and by what", () => new FormatsVerb()),
    ];
}
