using Semblance.Cli.Frame;

namespace Semblance.Cli.Verbs;

/// <summary>Turns what stands after <c>--model</c> into a name of the store.</summary>
internal static class ModelChoice
{
    private static readonly string[] s_builtIn = [GalleryOptions.DefaultModel, "hsv", "pixels"];

    /// <summary>
    /// A name stays as it is. A file or model folder is added to the store unless the same network is there already, since a
    /// gallery must find its model again whatever becomes of the file.
    /// </summary>
    public static async Task<string?> ResolveAsync(VerbContext context, string? typed, CancellationToken cancellationToken)
    {
        if (typed is null || s_builtIn.Contains(typed))
            return typed;
        var path = context.FullPath(typed);
        if (!File.Exists(path) && !Directory.Exists(path))
            return typed;
        var stored = context.Models.List();
        if (stored.Any(model => model.Id == typed))
            return typed;
        var named = context.Models.Find(path);
        if (stored.FirstOrDefault(model => model.Manifest.Sha256 == named.Manifest.Sha256) is { } known)
            return known.Id;
        var added = await context.Models.AddFileAsync(path, cancellationToken: cancellationToken);
        context.Talk.Say($"Added the model '{added.Id}' to {context.Models.Folder}.");
        foreach (var guess in added.Guesses)
            context.Talk.Say("Guessed: " + guess);
        return added.Id;
    }
}
