using Semblance.Cli.Frame;
using Semblance.Features;

namespace Semblance.Cli.Verbs;

/// <summary>Turns what stands after <c>--model</c> into a name of the store.</summary>
internal static class ModelChoice
{
    /// <summary>
    /// A name stays as it is. A file or model folder is added to the store unless the same model is there already, since a
    /// gallery must find its model again whatever becomes of the file. Its name gets a number where another model has it.
    /// </summary>
    public static async Task<string?> ResolveAsync(VerbContext context, string? typed, CancellationToken cancellationToken)
    {
        if (typed is null || typed == GalleryOptions.DefaultModel || Embedders.BuiltIn.Any(entry => entry.Id == typed))
            return typed;
        var path = context.FullPath(typed);
        if (!File.Exists(path) && !Directory.Exists(path))
            return typed;
        if (context.Models.List().Any(model => model.Id == typed))
            return typed;
        var named = context.Models.Find(path);
        if (context.Models.FindEqual(named) is { } known)
            return known.Id;
        var chooser = new FeedingChooser(context, null, null, null, cancellationToken);
        var added = await context.Models.AddFileAsync(path, context.Models.FreeId(named.Id), chooser.Choose, cancellationToken);
        context.Talk.Say(added.Id == named.Id
            ? $"Added the model '{added.Id}' to {context.Models.Folder}."
            : $"Added the model to {context.Models.Folder} as '{added.Id}'; '{named.Id}' there is another one.");
        ModelWords.SayAdded(context, added);
        return added.Id;
    }
}
